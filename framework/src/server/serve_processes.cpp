#include <exception>
#include <rill/core/detail/what_of.hpp>
#include <rill/server/server.hpp>
#include <rill/server/service_manager.hpp>
#include <rill/server/supervisor.hpp>
#include <string>
#include <unistd.h>
#include <utility>

#include "server/check_limits.hpp"
#include "server/listener.hpp"
#include "server/log.hpp"

namespace rill {

namespace {

// Holds the port while workers come and go: bound, but not listening, so the kernel gives it no connection.
tl::expected<int, failure> reserve_port(server_options& options)
{
    auto probe = open_listening_socket(options, options.port, false); // is it free, also of our own kind?
    if (!probe) {
        return probe;
    }
    const auto bound = local_address(*probe);
    ::close(*probe);
    if (!bound) { // each worker would have another port
        return tl::unexpected(bound.error());
    }
    options.port = bound->port;
    return bind_shared(options, options.port);
}

/// A socket that holds the port, or -1 where the workers get sockets that there are already. Sets host and port.
tl::expected<int, failure> prepare(server_options& options)
{
    if (options.sockets.empty()) {
        auto passed = inherited_sockets();
        if (!passed) {
            return tl::unexpected(passed.error());
        }
        options.sockets = std::move(*passed);
    }
    if (options.sockets.empty()) {
        return reserve_port(options);
    }
    if (auto good = check_listening(options.sockets); !good) { // said once, and not by each process
        return tl::unexpected(std::move(good.error()));
    }
    auto bound = local_address(options.sockets.front());
    if (!bound) {
        return tl::unexpected(bound.error());
    }
    options.host = std::move(bound->host);
    options.port = bound->port;
    return -1;
}

/// The URL is that of all workers, and told once.
void tell_when_all_listen(server_options& options, supervisor_options& processes)
{
    if (!options.on_listening) {
        return;
    }
    const auto told_already = [](const std::string&) {};
    processes.on_ready = [tell = std::exchange(options.on_listening, told_already), then = processes.on_ready,
                          url = make_url(options.host, options.port)] {
        tell(url);
        if (then) {
            then();
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
        log(log_level::error, "worker " + std::to_string(index) + ": " + detail::what_of(std::current_exception()));
        return exit_setup_failed;
    }
    return serve(std::move(app), options);
}

int supervise_servers(const std::function<handler()>& make_app, server_options options, supervisor_options processes)
{
    check_limits(options);
    check_limits(processes);
    const auto reserved = prepare(options);
    if (!reserved) {
        processes.log(log_level::error, reserved.error().message());
        return 1;
    }
    options.reuse_port = true;
    tell_when_all_listen(options, processes);
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
        log(log_level::error, detail::what_of(std::current_exception()));
        return 1;
    }
}

} // namespace rill
