#include <exception>
#include <rill/core/detail/what_of.hpp>
#include <rill/server/server.hpp>
#include <rill/server/service_manager.hpp>
#include <string>
#include <utility>

#include "server/broken_pipes.hpp"
#include "server/log.hpp"

namespace rill {

int serve(const std::function<handler()>& make_app, server_options options)
{
    survive_broken_pipes(); // a log of the application's own may be a pipe, too
    const auto log = complete_log(options);
    const auto refuse = [&log](const std::string& why) {
        log(log_level::error, why);
        return 1;
    };
    try {
        if (options.sockets.empty()) {
            auto passed = inherited_sockets();
            if (!passed) {
                return refuse(passed.error().message());
            }
            options.sockets = std::move(*passed);
        }
        server s(make_app(), std::move(options));
        if (const auto listening = s.listen(); !listening) {
            return refuse(listening.error().message());
        }
        if (const auto ran = s.run_until_signalled(); !ran) {
            return refuse(ran.error().message());
        }
        return 0;
    } catch (...) {
        return refuse(detail::what_of(std::current_exception()));
    }
}

int serve(handler app, server_options options)
{
    return serve([&app] { return std::move(app); }, std::move(options));
}

} // namespace rill
