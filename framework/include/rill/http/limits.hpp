#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rill {

/// What one connection may cost. Every default can be changed in server_options.
struct connection_limits
{
    std::size_t max_target_bytes = 8UL * 1024;  ///< a longer request target is answered with 414
    std::size_t max_head_bytes = 16UL * 1024;   ///< a longer request head is answered with 431
    std::size_t max_body_bytes = 1024UL * 1024; ///< a longer request body is answered with 413

    /// The same for a body that is read while it arrives, and never held whole; body_reader::limit() has the last word.
    std::uint64_t max_streamed_body_bytes = 1024UL * 1024 * 1024;

    std::size_t input_behind_stream =
        65'536; ///< unread bytes behind a streaming request; more, and the client is evicted

    /// From the first moment of a connection to the end of the head, else 408; a connection that has brought nothing by
    /// then is closed without an answer.
    std::chrono::milliseconds head_timeout{10'000};
    /// Between two requests; then the connection is closed. To be longer than a load balancer in front keeps its idle
    /// connections, which is 60 s with most of them: it would send a request into one that is being closed.
    std::chrono::milliseconds idle_timeout{75'000};
    /// From the end of the head to the end of the body, else 408. Where a handler reads the body while it arrives: how
    /// long one read() waits.
    std::chrono::milliseconds body_timeout{30'000};

    /// A body that has come more slowly than this on average, in bytes a second and `body_grace` aside, is given up
    /// before its deadline, also with 408. 0: only the deadline counts. Where a handler reads the body while it
    /// arrives, only the time counts that it waits in read().
    std::size_t min_body_rate = 240;
    std::chrono::milliseconds body_grace{10'000};

    /// How long a handler may go on whose client has ended its sending half. It may wait for its answer all the same,
    /// or have left: nobody can tell that before it is sent something. Then the handler is cancelled. 0: at once, as
    /// streams always are.
    std::chrono::milliseconds half_close_timeout{5'000};

    std::chrono::milliseconds write_timeout{5'000}; ///< a client that takes nothing for this long is disconnected
    /// A client that takes a response more slowly than this on average, in bytes a second and `response_grace` aside,
    /// is disconnected: what it does not take holds memory. Counted from when the kernel takes no more of it, so that
    /// small responses have all the time. Streams are not meant, which have `write_timeout` alone. 0: any rate.
    std::size_t min_response_rate = 2048;
    std::chrono::milliseconds response_grace{10'000};

    /// How long a connection that the server has ended waits for its client's end. While the client has not got all, it
    /// waits on for as long as `write_timeout` allows.
    std::chrono::milliseconds linger_timeout{1'000};

    /// How much a stream may hold in the kernel unsent, before its handler has to wait. 0: as much as the kernel takes.
    std::size_t max_unsent_bytes = 64UL * 1024;

    /// Unacknowledged data is given up after this time: finds a peer that vanished without a word. A stream with a
    /// heartbeat waits three quarters of that (or its write timeout, if that is longer), so that its vanished peer is
    /// found within two heartbeats. 0: the kernel's default, for streams too.
    std::chrono::milliseconds acknowledge_timeout{30'000};
};

/// How a client is told that there is no place for it now.
enum class refusal : unsigned char
{
    unavailable, ///< 503 with Retry-After. An EventSource gives up for good at it (WHATWG HTML, 9.2.3)
    /// For a request for an event stream: 200 as text/event-stream, with a `retry` and nothing else, so that an
    /// EventSource comes back by itself. Others get 503 all the same.
    retry_event,
};

/// What all connections of a server, over all its workers, may cost together. Who comes when a limit is reached is
/// refused; who is there already stays. 0: no limit.
struct capacity_limits
{
    std::size_t max_connections = 0;
    std::size_t max_connections_per_address = 0; ///< of one IPv4 address, or of one IPv6 network of 64 bits
    std::size_t max_streams = 0;
    std::size_t max_streams_per_address = 0; ///< the same, by request::remote_address()

    /// What is queued for all clients together because they do not take it, in bytes. A stream that would queue more is
    /// ended with close_reason::over_capacity. A response of text that might not find room is answered with 503
    /// instead, before its head is sent. The log says so, once in ten seconds for each worker.
    std::size_t max_queued_bytes = 256UL * 1024 * 1024;

    /// Bodies of requests that are held in memory, of all connections together, in bytes: from their first byte until
    /// the request is answered. One that finds no room is answered with 503. Not those that a body_reader reads.
    std::size_t max_body_bytes = 256UL * 1024 * 1024;

    rill::refusal refusal = rill::refusal::unavailable;
    /// What who is refused is told to wait; up to as much again is added, for each its own.
    std::chrono::milliseconds retry_after{5'000};
};

} // namespace rill
