#pragma once

#include <rill/server/server_stats.hpp>

#include "transport/capacity.hpp"

namespace rill {

/// The counts of a server's capacity, one after another.
inline server_stats read_stats(const transport::capacity& room) noexcept
{
    const auto of = [](const transport::capacity::counter& c) { return c.load(std::memory_order_relaxed); };
    return {.connections = of(room.connections),
            .streams = of(room.streams),
            .queued_bytes = of(room.queued_bytes),
            .body_bytes = of(room.body_bytes),
            .refused_connections = of(room.refused_connections),
            .refused_streams = of(room.refused_streams),
            .overflows = of(room.overflows),
            .accept_pauses = of(room.accept_pauses),
            .accept_failures = of(room.accept_failures)};
}

} // namespace rill
