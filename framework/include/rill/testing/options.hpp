#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <rill/server/options.hpp>
#include <rill/testing/fault.hpp>
#include <string>
#include <vector>

namespace rill::testing {

/// The in-memory transport between a client and the server. It has no delay. All numbers must be at least 1.
struct network_options
{
    /// request::remote_address() of the clients. It must be an IP address.
    std::string client_address = "192.0.2.1";
    /// Number of bytes that the client's kernel acknowledges while the client does not read.
    std::size_t receive_buffer = 64UL * 1024;
    /// Number of unacknowledged bytes that the server's kernel accepts. connection_limits::max_unsent_bytes may reduce
    /// it for streams.
    std::size_t send_buffer = 64UL * 1024;
    /// Number of bytes that a client reads while the virtual clock stands still and the test reads nothing. The buffers
    /// then fill, and the server waits. Without this limit, a handler that only the back-pressure slows down would
    /// never wait.
    std::size_t max_unread_bytes = 256UL * 1024;
};

class server;

/// A server that clients of rill::client in the tested application reach in memory.
struct upstream
{
    /// The host in the URLs of the requests, e.g. "api.test". The port has no effect.
    std::string host;
    /// The server. It may be destroyed before the server that uses it. Then it refuses connections.
    std::reference_wrapper<server> at;
};

struct options
{
    /// The options of the server, as in production. host, port, sockets, threads, reuse_port and on_listening have no
    /// effect, because there is no socket and the thread of the test is the only worker. The server calls the functions
    /// of `observer`, and the kit also records the log lines.
    rill::server_options server{};
    network_options network{};
    fault faults{};
    /// The connections of rill::client to these hosts are in memory. The functions of the kit also run these servers,
    /// and move their virtual clocks. Connections to other hosts use sockets.
    std::vector<upstream> upstreams{};

    /// Maximum virtual time for which a function of the kit waits. A parameter of the function may replace this time.
    std::chrono::milliseconds patience{3'600'000};
    /// Maximum number of handlers that the event loop runs while the virtual clock stands still. Above it, the
    /// functions of the kit throw no_answer, because a coroutine loops without a wait.
    std::size_t max_handlers_at_one_time = 1'000'000;
    /// Maximum number of bytes that one call of a function of the kit reads while the virtual clock stands still. Above
    /// it, the function throws no_answer, because the response has no end.
    std::size_t max_bytes_at_one_time = 64UL * 1024 * 1024;

    /// The kit also waits, in real time, for work that the virtual clock does not control: a thread pool, a resolver,
    /// or a socket or timer of Asio. After this real time without progress, the kit assumes that such work depends on
    /// the virtual clock. The kit cannot distinguish a coroutine of asio::co_spawn(), or an operand of Asio's awaitable
    /// operators, from such work.
    std::chrono::milliseconds outside_wait{100};
    /// Maximum real time for which the kit waits for such work after `patience` has passed. Also the maximum real time
    /// for functions of rill::offload().
    std::chrono::milliseconds outside_patience{10'000};

    /// The Date field of responses at the start of the virtual clock, in seconds since 1970: 2026-01-01T00:00:00Z.
    std::int64_t start_time = 1'767'225'600;
};

} // namespace rill::testing
