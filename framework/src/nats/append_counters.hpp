#pragma once

#include <chrono>
#include <rill/pubsub/backplane_stats.hpp>

namespace rill::nats {

/// Counts a successful append in the counters of a log.
inline void count_append(pubsub::backplane_stats& stats, std::chrono::steady_clock::duration took) noexcept
{
    const auto time = std::chrono::duration_cast<std::chrono::microseconds>(took);
    ++stats.appended;
    stats.append_latency_sum += time;
    for (std::size_t i = 0; i < pubsub::append_latency_bounds.size(); ++i) {
        if (static_cast<std::uint64_t>(time.count()) <= pubsub::append_latency_bounds[i]) {
            ++stats.append_latency[i];
            return;
        }
    }
}

} // namespace rill::nats
