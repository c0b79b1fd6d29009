#pragma once

#include <atomic>
#include <cstddef>

namespace rill::detail {

/// Adds, unless there would be more than `most` then. Never above that, not even for a moment: what another thread asks
/// for meanwhile fits, or does not. Relaxed: the sum orders nothing else.
inline bool add_within(std::atomic<std::size_t>& sum, std::size_t more, std::size_t most) noexcept
{
    auto present = sum.load(std::memory_order_relaxed);
    do {
        if (present > most || more > most - present) {
            return false;
        }
    } while (!sum.compare_exchange_weak(present, present + more, std::memory_order_relaxed));
    return true;
}

} // namespace rill::detail
