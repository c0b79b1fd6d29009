#include <exception>
#include <rill/server/server.hpp>
#include <rill/server/service_manager.hpp>
#include <rill/server/supervisor.hpp>
#include <string>
#include <unistd.h>
#include <utility>

#include "core/exception_message.hpp"
#include "server/operations/server_log.hpp"
#include "server/process/check_supervisor_options.hpp"
#include "server/process/inherited_sockets.hpp"
#include "server/serving/check_server_options.hpp"
#include "server/serving/listening_socket.hpp"

namespace rill {

namespace {

// Reserves the port while worker processes end and start. Also sets the port in the options.
tl::expected<int, failure> reserve_unused_port(server_options& options)
{
    auto probe = open_listening_socket(options, options.port, false); // without SO_REUSEPORT, fails if the port is used
    if (!probe) {
        return probe;
    }
    const auto bound = local_address(*probe);
    ::close(*probe);
    if (!bound) { // without a known port, each worker would use a different one
        return tl::unexpected(bound.error());
    }
    options.port = bound->port;
    return reserve_port(options, options.port);
}

/// Sets host and port in the options.
/// @return a socket that reserves the port, or -1 if the workers use server_options::sockets
tl::expected<int, failure> prepare(server_options& options)
{
    if (options.sockets.empty()) {
        auto inherited = inherited_sockets();
        if (!inherited) {
            return tl::unexpected(inherited.error());
        }
        options.sockets = std::move(*inherited);
    }
    if (options.sockets.empty()) {
        return reserve_unused_port(options);
    }
    if (auto checked = check_listening(options.sockets); !checked) { // logs one error here, and not one in each process
        return tl::unexpected(std::move(checked.error()));
    }
    auto bound = local_address(options.sockets.front());
    if (!bound) {
        return tl::unexpected(bound.error());
    }
    options.host = std::move(bound->host);
    options.port = bound->port;
    return -1;
}

/// Makes the supervisor call on_listening once, when all workers listen. All workers share one URL.
void move_on_listening(server_options& options, supervisor_options& processes)
{
    if (!options.on_listening) {
        return;
    }
    const auto nothing = [](const std::string&) {}; // must not be empty, so that the workers do not log the URL
    processes.on_ready = [on_listening = std::exchange(options.on_listening, nothing), on_ready = processes.on_ready,
                          url = make_url(options.host, options.port)] {
        on_listening(url);
        if (on_ready) {
            on_ready();
        }
    };
}

int serve_as_worker(unsigned index, const std::function<handler()>& make_app, const server_options& options,
                    const log_sink& log)
{
    handler app;
    try {
        app = make_app();
    } catch (...) {
        log(log_level::error,
            "worker " + std::to_string(index) + ": " + detail::exception_message(std::current_exception()));
        return exit_setup_failed;
    }
    return serve(std::move(app), options);
}

int supervise_servers(const std::function<handler()>& make_app, server_options options, supervisor_options processes)
{
    check_options(options);
    check_options(processes);
    const auto reserved = prepare(options);
    if (!reserved) {
        processes.log(log_level::error, reserved.error().message());
        return 1;
    }
    options.reuse_port = true;
    move_on_listening(options, processes);
    const int result =
        supervise(processes, [&](unsigned index) { return serve_as_worker(index, make_app, options, processes.log); });
    if (*reserved >= 0) {
        ::close(*reserved);
    }
    return result;
}

} // namespace

int serve_processes(const std::function<handler()>& make_app, server_options options, supervisor_options processes)
{
    if (!processes.log) {
        processes.log = complete_log(options);
    }
    const auto log = processes.log;
    try {
        return supervise_servers(make_app, std::move(options), std::move(processes));
    } catch (...) {
        log(log_level::error, detail::exception_message(std::current_exception()));
        return 1;
    }
}

} // namespace rill
