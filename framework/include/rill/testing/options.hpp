#pragma once

#include <chrono>
#include <cstddef>
#include <rill/server/options.hpp>
#include <rill/testing/fault.hpp>
#include <string>

namespace rill::testing {

/// The in-memory transport between a client and the server. It has no delay.
struct network_options
{
    /// request::remote_address() of the clients.
    std::string client_address = "192.0.2.1";
    /// Number of bytes that the client's kernel acknowledges while the client does not read.
    std::size_t receive_buffer = 64UL * 1024;
    /// Number of unacknowledged bytes that the server's kernel takes. connection_limits::max_unsent_bytes may lower it
    /// for streams.
    std::size_t send_buffer = 64UL * 1024;
};

struct options
{
    /// The options of the server, as in production. host, port, sockets, threads, reuse_port and on_listening have no
    /// effect: there is no socket, and the thread of the test is the only worker. The functions of `observer` are
    /// called, and the log lines are recorded as well.
    rill::server_options server{};
    network_options network{};
    fault faults{};

    /// Maximum virtual time for which a function of the kit waits, if it has no parameter of its own.
    std::chrono::milliseconds patience{3'600'000};

    /// The virtual clock also waits for work that it does not control: a thread pool, a resolver, a socket or a timer
    /// of Asio. This is the maximum real time without progress until the kit decides that such work depends on the
    /// virtual clock. A coroutine of asio::co_spawn(), or an operand of Asio's awaitable operators, looks like such
    /// work.
    std::chrono::milliseconds outside_wait{100};
    /// Maximum real time to wait for such work, when `patience` is over, and for functions of rill::offload().
    std::chrono::milliseconds outside_patience{10'000};

    /// The Date field of responses at the start of the virtual clock, in seconds since 1970: 2026-01-01T00:00:00Z.
    std::int64_t start_time = 1'767'225'600;
};

} // namespace rill::testing
