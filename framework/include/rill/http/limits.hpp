#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rill {

/// Limits of one connection. Every default can be changed in server_options.
struct connection_limits
{
    std::size_t max_target_bytes = 8UL * 1024;  ///< maximum size of a request target; a longer one is answered with 414
    std::size_t max_head_bytes = 16UL * 1024;   ///< maximum size of a request head; a longer one is answered with 431
    std::size_t max_body_bytes = 1024UL * 1024; ///< maximum size of a request body; a longer one is answered with 413

    /// Maximum size, in bytes, of a body that a handler reads while the body arrives. body_reader::set_limit()
    /// overrides it.
    std::uint64_t max_streamed_body_bytes = 1024UL * 1024 * 1024;

    /// Maximum number of unread bytes after the request of a stream. A client that sends more is disconnected.
    std::size_t max_pipelined_bytes = 65'536;

    /// Maximum time from the start of a connection to the end of the request head. After this time the response is 408.
    /// If no byte has arrived, the connection is closed without a response.
    std::chrono::milliseconds head_timeout{10'000};
    /// Maximum time between two requests, after which the connection is closed. It should be longer than the idle
    /// timeout of a load balancer, which is usually 60 s. Otherwise the load balancer may send a request on a
    /// connection that the server is closing.
    std::chrono::milliseconds idle_timeout{75'000};
    /// Maximum time from the end of the head to the end of the body. After this time the response is 408. If a handler
    /// reads the body while the body arrives, this is the maximum time that one read() waits.
    std::chrono::milliseconds body_timeout{30'000};

    /// Minimum average rate of a request body, in bytes per second, after `body_grace`. For a slower body, the response
    /// is 408, even before `body_timeout`. 0: only `body_timeout` applies. If a handler reads the body while the body
    /// arrives, only the time in read() counts.
    std::size_t min_body_rate = 240;
    std::chrono::milliseconds body_grace{10'000};

    /// Time that a handler may continue after its client has closed its sending side (FIN). The client may still wait
    /// for the response, or it may have disconnected. The server cannot distinguish these cases before it sends data.
    /// After this time the handler is cancelled. 0: the handler is cancelled at once. A stream is always cancelled at
    /// once.
    std::chrono::milliseconds half_close_timeout{5'000};

    std::chrono::milliseconds write_timeout{5'000}; ///< a client that accepts no data for this time is disconnected
    /// Minimum average rate at which a client accepts a response, in bytes per second, after `response_grace`. A slower
    /// client is disconnected, because unsent data takes memory. The time begins when the kernel accepts no more data.
    /// Therefore small responses have no deadline. This rate does not apply to streams, which have only
    /// `write_timeout`. 0: any rate.
    std::size_t min_response_rate = 2048;
    std::chrono::milliseconds response_grace{10'000};

    /// Time that a connection waits, after the server has closed it, until the client closes it too. While the client
    /// has not acknowledged all data, the connection waits for up to `write_timeout`.
    std::chrono::milliseconds linger_timeout{1'000};

    /// Maximum number of unsent bytes of a stream in the kernel. Above it, the handler must wait. 0: the kernel
    /// decides.
    std::size_t max_unsent_bytes = 64UL * 1024;

    /// TCP_USER_TIMEOUT: a connection is closed if the client does not acknowledge data for this time. This detects an
    /// unreachable client. A stream with a heartbeat uses three quarters of its heartbeat interval instead, or its
    /// write timeout if that is longer. In this way the server detects an unreachable client within two heartbeats. 0:
    /// the kernel's default, also for streams.
    std::chrono::milliseconds tcp_user_timeout{30'000};
};

/// The response to a client that exceeds a limit.
enum class refusal : unsigned char
{
    unavailable, ///< 503 with Retry-After. An EventSource does not reconnect after a 503 (WHATWG HTML, section 9.2.3)
    /// A request for an event stream gets 200 with a text/event-stream that contains only a `retry` field. An
    /// EventSource then reconnects. All other requests get 503.
    retry_event,
};

/// Limits of all connections of a server, over all its workers. When a limit is reached, new clients are refused, and
/// connected clients are not affected. 0: no limit.
struct capacity_limits
{
    std::size_t max_connections = 0;
    std::size_t max_connections_per_address = 0; ///< of one IPv4 address, or of one IPv6 network of 64 bits
    std::size_t max_streams = 0;
    std::size_t max_streams_per_address = 0; ///< of one such address, from request::remote_address()

    /// Maximum number of bytes that are queued for all clients together, because the clients do not accept them. A
    /// stream that would exceed this limit is ended with close_reason::over_capacity. A text response that might exceed
    /// it is replaced by 503 before its head is sent. Each worker logs this at most once in ten seconds.
    std::size_t max_queued_bytes = 256UL * 1024 * 1024;

    /// Maximum total size of all request bodies in memory, in bytes. A body counts from its first byte until the
    /// response to its request. If a body would exceed this limit, the response is 503. Bodies that a body_reader reads
    /// do not count.
    std::size_t max_body_bytes = 256UL * 1024 * 1024;

    rill::refusal refusal = rill::refusal::unavailable;
    /// Base Retry-After for refused clients. Each client gets a different value between this and twice this.
    std::chrono::milliseconds retry_after{5'000};
};

} // namespace rill
