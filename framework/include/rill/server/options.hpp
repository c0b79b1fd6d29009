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
    /// 0: any free port, which server::port() returns.
    std::uint16_t port = 8080;
    /// Number of workers: threads that each have an event loop. With several workers, handlers run in all of these
    /// threads at once. At most 1,024; 0 means 1.
    unsigned threads = 1;
    /// Lets several processes listen on the port. Otherwise listen() fails if the port is in use.
    bool reuse_port = false;
    int backlog = 4096;
    /// Listening sockets to use instead of host and port: TCP or Unix stream sockets, for example from systemd (see
    /// inherited_sockets(), which serve() calls). The server owns them from now on, and makes them non-blocking. For a
    /// Unix socket request::remote_address() is "unix", and server::url() is "unix:/its/path".
    std::vector<int> sockets{};

    connection_limits limits{};
    capacity_limits capacity{};
    /// Maximum time of the drain after SIGTERM, SIGINT or stop(): for requests in flight, for streams that answer
    /// another method than GET, and for streams with finish_on_shutdown. After a signal the process ends at most three
    /// seconds later, even if a handler hangs.
    std::chrono::milliseconds drain_timeout{10'000};
    /// The time over which the drain ends all other streams, evenly, so that their clients do not reconnect all at
    /// once. At most one millisecond for each stream: a few streams end at once.
    std::chrono::milliseconds drain_spread{5'000};
    /// The time between the first failed readiness check and the drain. During this time readyz() answers 503 and the
    /// server accepts connections, so that a load balancer can react.
    std::chrono::milliseconds readiness_delay{0};

    /// While a worker fires more than four timers a millisecond, it fires timers in groups: each at most this late, and
    /// at most a sixteenth of its delay. This saves wake-ups. 0: off.
    std::chrono::milliseconds timer_coalescing{50};

    /// Background coroutines. Each is started once, on the first worker, when the server begins to serve. With
    /// serve_processes() that is once in each process. See spawn() for their end.
    std::vector<background_task> background{};

    rill::observer observer{};
    /// The minimum level of the built-in log, which writes to standard error if observer.log is not set.
    rill::log_level log_level = rill::log_level::info;
    rill::log_format log_format = rill::log_format::text;
    /// Maximum number of similar messages that the built-in log writes in a second; 0: no limit. See limit_repeats().
    unsigned max_log_repeats = 10;
    /// Called once with the URL, when the server accepts connections. Then the log has the URL at log_level::debug
    /// only.
    std::function<void(const std::string& url)> on_listening{};
};

} // namespace rill
