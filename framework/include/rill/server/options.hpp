#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <rill/http/limits.hpp>
#include <rill/http/observer.hpp>
#include <rill/server/background.hpp>
#include <rill/server/log.hpp>
#include <string>
#include <vector>

namespace rill {

/// Everything that a server can be told. The defaults are those of a small production server on one core.
struct server_options
{
    /// A numeric address, or "localhost". "0.0.0.0" and "::" mean every interface.
    std::string host = "127.0.0.1";
    /// 0: any free port; server::port() tells which.
    std::uint16_t port = 8080;
    /// Workers: threads with an event loop of their own. With more than one, handlers are called from all of them at
    /// once. 1,024 at most; 0 is 1.
    unsigned threads = 1;
    /// Lets several processes listen on the same port. Without it a port that is taken is an error at start.
    bool reuse_port = false;
    int backlog = 4096;
    /// Listening sockets that there are already, of TCP or Unix stream sockets, e.g. of systemd (see
    /// inherited_sockets(), which serve() asks by itself); host and port are not looked at then. The server takes them
    /// over, and makes them non-blocking. Through a Unix socket request::remote_address() is "unix", and server::url()
    /// "unix:/its/path".
    std::vector<int> sockets{};

    connection_limits limits{};
    capacity_limits capacity{};
    /// On SIGTERM, SIGINT or stop(): how long requests in flight may go on, and streams that answer no GET or have
    /// finish_on_shutdown. After a signal the process has three seconds more, even if a handler hangs.
    std::chrono::milliseconds drain_timeout{10'000};
    /// Over how long the other streams are ended, evenly, so that their clients do not come back all at once. A
    /// millisecond for each at most: a few end at once.
    std::chrono::milliseconds drain_spread{5'000};
    /// How long readyz() says no, before the drain begins and nothing more is accepted: time for a load balancer to
    /// notice.
    std::chrono::milliseconds readiness_delay{0};

    /// While a worker fires more than four timers a millisecond, it fires them together: each up to a sixteenth of its
    /// delay late, and at most this. Fewer wake-ups for the same events. 0 turns it off.
    std::chrono::milliseconds timer_coalescing{50};

    /// Coroutines beside the connections, each started once, on the first worker, when the server begins to serve
    /// (with serve_processes() in each process). When and how they end: see spawn().
    std::vector<background_task> background{};

    rill::observer observer{};
    /// What the built-in log, which goes to standard error when observer.log is not set, tells.
    rill::log_level log_level = rill::log_level::info;
    rill::log_format log_format = rill::log_format::text;
    /// So many messages that are alike, but for their numbers, it tells a second; 0: all of them. See limit_repeats().
    unsigned max_log_repeats = 10;
    /// Called once, when connections are accepted, with the URL. The log then tells it at log_level::debug only.
    std::function<void(const std::string& url)> on_listening{};
};

} // namespace rill
