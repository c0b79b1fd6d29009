#pragma once

#include <chrono>
#include <cstddef>

namespace rill {

/// What one connection may cost. Every default can be changed in server_options.
struct connection_limits
{
    std::size_t target_bytes = 8UL * 1024;  ///< a longer request target is answered with 414
    std::size_t head_bytes = 16UL * 1024;   ///< a longer request head is answered with 431
    std::size_t body_bytes = 1024UL * 1024; ///< a longer request body is answered with 413
    std::size_t input_behind_stream =
        65'536; ///< unread bytes behind a streaming request; more, and the client is evicted

    std::chrono::milliseconds head_timeout{
        10'000}; ///< from the first moment of a connection to the end of the head, else 408
    std::chrono::milliseconds idle_timeout{60'000}; ///< between two requests; then the connection is closed
    std::chrono::milliseconds body_timeout{30'000}; ///< from the end of the head to the end of the body, else 408

    /// A body that has come more slowly than this on average, in bytes a second and `body_grace` aside, is given up
    /// before its deadline, also with 408. 0: only the deadline counts.
    std::size_t body_min_rate = 240;
    std::chrono::milliseconds body_grace{5'000};

    std::chrono::milliseconds write_timeout{5'000};  ///< a client that takes nothing for this long is disconnected
    std::chrono::milliseconds linger_timeout{1'000}; ///< how long a closed connection's last bytes are waited for

    /// How much a stream may hold in the kernel unsent, before its handler has to wait. 0: as much as the kernel takes.
    std::size_t unsent_bytes = 64UL * 1024;

    /// Unacknowledged data is given up after this time: finds a peer that vanished without a word. A stream with a
    /// heartbeat waits three quarters of that (or its write timeout, if that is longer), so that its vanished peer is
    /// found within two heartbeats. 0: the kernel's default, for streams too.
    std::chrono::milliseconds acknowledge_timeout{30'000};
};

} // namespace rill
