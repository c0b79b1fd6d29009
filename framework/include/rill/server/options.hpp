#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <rill/http/limits.hpp>
#include <rill/http/observer.hpp>
#include <rill/server/background.hpp>
#include <rill/server/log_format.hpp>
#include <string>
#include <vector>

namespace rill {

/// The options of a server. The defaults suit a small production server on one core.
struct server_options
{
    /// A numeric address, or "localhost". "0.0.0.0" and "::" mean all interfaces.
    std::string host = "127.0.0.1";
    /// 0 selects any free port. server::port() returns it.
    std::uint16_t port = 8080;
    /// Number of workers. A worker is a thread with its own event loop. With several workers, handlers run in several
    /// threads at once. At most 1,024. 0 means 1.
    unsigned threads = 1;
    /// Whether several processes may listen on the port. If false, listen() fails when the port is in use.
    bool reuse_port = false;
    int backlog = 4096;
    /// Listening sockets to use instead of host and port: TCP or Unix stream sockets, for example from systemd. See
    /// inherited_sockets(), which serve() calls. The server takes ownership of the sockets and makes them non-blocking.
    /// For a Unix socket, request::remote_address() is "unix", and server::url() is "unix:/path/of/the/socket".
    std::vector<int> sockets{};

    connection_limits limits{};
    capacity_limits capacity{};
    /// Maximum time of the drain after SIGTERM, SIGINT or stop(). Until then these may finish: requests in flight,
    /// streams that answer a method other than GET, and streams with finish_on_shutdown. After a signal, the process
    /// ends at most three seconds after the end of this time, even if a handler hangs.
    std::chrono::milliseconds drain_timeout{10'000};
    /// The drain ends all other streams evenly over this time, so that their clients do not all reconnect at the same
    /// moment. It takes at most one millisecond for each stream. Therefore a small number of streams ends almost at
    /// once.
    std::chrono::milliseconds drain_spread{5'000};
    /// The time between the start of the shutdown and the drain. During this time readyz() answers 503, and the server
    /// still accepts connections. A load balancer can then stop sending requests to this server.
    std::chrono::milliseconds readiness_delay{0};

    /// Maximum additional delay of a timer, to fire timers in groups. Groups save wake-ups of the server and of its
    /// clients. A worker uses them only while it fires at least four timers per millisecond. The additional delay is
    /// also at most a sixteenth of the timer's delay. Below 2 ms there are no groups.
    std::chrono::milliseconds timer_coalescing{0};

    /// Background coroutines. When the server begins to serve, the first worker starts each of them once. With
    /// serve_processes(), each process starts each of them once. See spawn() for the end of a background coroutine.
    std::vector<background_task> background{};

    rill::observer observer{};
    /// The minimum level of the built-in log, which writes to standard error if observer.log is not set.
    rill::log_level log_level = rill::log_level::info;
    rill::log_format log_format = rill::log_format::text;
    /// Maximum number of similar messages that the built-in log writes per second. 0: no limit. See limit_repeats().
    unsigned max_log_repeats = 10;
    /// Called once with the URL, as soon as clients can connect. If it is set, the log contains the URL only at
    /// log_level::debug.
    std::function<void(const std::string& url)> on_listening{};
};

} // namespace rill
