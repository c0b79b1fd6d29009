#include <rill/server/server.hpp>
#include <rill/server/service_manager.hpp>
#include <rill/server/supervisor.hpp>
#include <string>
#include <unistd.h>
#include <utility>

#include "server/listener.hpp"
#include "server/log.hpp"

namespace rill {

namespace {

// Holds the port while workers come and go: bound, but not listening, so the kernel gives it no connection.
tl::expected<int, std::string> reserve_port(server_options& options)
{
    auto probe = open_listening_socket(options, options.port, false); // is it free, also of our own kind?
    if (!probe) {
        return probe;
    }
    options.port = local_port(*probe);
    ::close(*probe);
    if (options.port == 0) { // each worker would have another one
        return tl::unexpected(std::string("can't tell the port of a listening socket"));
    }
    return bind_shared(options, options.port);
}

} // namespace

int serve_processes(const std::function<handler()>& make_app, server_options options, supervisor_options processes)
{
    if (!processes.log) {
        processes.log = complete_log(options);
    }
    const auto refuse = [&](const std::string& why) {
        processes.log(log_level::error, why);
        return 1;
    };
    auto passed = options.sockets.empty() ? passed_sockets() : options.sockets;
    if (!passed) {
        return refuse(passed.error());
    }
    options.sockets = *passed;
    int reserved = -1;
    if (options.sockets.empty()) {
        const auto socket = reserve_port(options);
        if (!socket) {
            return refuse(socket.error());
        }
        reserved = *socket;
    } else { // as each worker finds out for itself
        options.host = local_address(options.sockets.front());
        options.port = local_port(options.sockets.front());
    }
    options.reuse_port = true;
    if (options.on_listening) {
        processes.on_ready = [told = std::exchange(options.on_listening, nullptr), then = processes.on_ready,
                              url = make_url(options.host, options.port)] {
            told(url);
            if (then) {
                then();
            }
        };
    }
    const int result = supervise(processes, [&](unsigned) { return serve(make_app(), options); });
    if (reserved >= 0) {
        ::close(reserved);
    }
    return result;
}

} // namespace rill
