#pragma once

#include <cstddef>

namespace rill {

/// Numbers of a server: present values, and counters since the start. Each number is exact. The numbers are read one
/// after another. Therefore two of them may belong to different moments.
struct server_stats
{
    std::size_t connections = 0;  ///< open now, except those that are being refused
    std::size_t streams = 0;      ///< open now
    std::size_t queued_bytes = 0; ///< now; see capacity_limits::max_queued_bytes
    std::size_t body_bytes = 0;   ///< now; see capacity_limits::max_body_bytes

    // Counters since the start.
    std::size_t refused_connections = 0; ///< refused and closed
    std::size_t refused_streams = 0;
    std::size_t overflows = 0;       ///< streams and responses that ended because of capacity_limits::max_queued_bytes
    std::size_t accept_pauses = 0;   ///< pauses because file descriptors or memory were missing
    std::size_t accept_failures = 0; ///< connections that ended before they were accepted
};

} // namespace rill
