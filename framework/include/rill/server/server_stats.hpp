#pragma once

#include <cstddef>

namespace rill {

/// Counts of what a server holds at present, and of what it has refused. Each number is exact. The numbers are read one
/// after another, so two of them may belong to different moments.
struct server_stats
{
    std::size_t connections = 0;  ///< open now, without those that are being refused
    std::size_t streams = 0;      ///< open now
    std::size_t queued_bytes = 0; ///< now; see capacity_limits::max_queued_bytes
    std::size_t body_bytes = 0;   ///< now; see capacity_limits::max_body_bytes

    // Counted since the start.
    std::size_t refused_connections = 0; ///< those that have closed
    std::size_t refused_streams = 0;
    std::size_t overflows = 0;       ///< streams and responses ended for capacity_limits::max_queued_bytes
    std::size_t accept_pauses = 0;   ///< pauses without descriptors or memory
    std::size_t accept_failures = 0; ///< connections that ended before they were accepted
};

} // namespace rill
