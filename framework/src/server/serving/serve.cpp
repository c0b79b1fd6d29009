#include <exception>
#include <rill/server/server.hpp>
#include <rill/server/service_manager.hpp>
#include <string>
#include <utility>

#include "core/exception_message.hpp"
#include "server/operations/server_log.hpp"
#include "server/process/sigpipe_handler.hpp"

namespace rill {

int serve(const std::function<handler()>& make_app, server_options options)
{
    install_sigpipe_handler(); // must be first, because the application's log may write to a pipe
    const auto log = complete_log(options);
    const auto fail = [&log](const std::string& message) {
        log(log_level::error, message);
        return 1;
    };
    try {
        if (options.sockets.empty()) {
            auto inherited = inherited_sockets();
            if (!inherited) {
                return fail(inherited.error().message());
            }
            options.sockets = std::move(*inherited);
        }
        server s(make_app(), std::move(options));
        if (const auto listening = s.listen(); !listening) {
            return fail(listening.error().message());
        }
        if (const auto ran = s.run_until_signalled(); !ran) {
            return fail(ran.error().message());
        }
        return 0;
    } catch (...) {
        return fail(detail::exception_message(std::current_exception()));
    }
}

int serve(handler app, server_options options)
{
    return serve([&app] { return std::move(app); }, std::move(options));
}

} // namespace rill
