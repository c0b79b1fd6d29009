#pragma once

#include <atomic>
#include <cstddef>

namespace rill::detail {

/// Adds `n` to the counter, unless the sum would exceed `max`. Returns false if it would. The counter never exceeds
/// `max`, not even for a moment, so a concurrent call is not refused because of one that fails. Relaxed: the counter
/// orders no other memory.
inline bool bounded_add(std::atomic<std::size_t>& counter, std::size_t n, std::size_t max) noexcept
{
    auto present = counter.load(std::memory_order_relaxed);
    do {
        if (present > max || n > max - present) {
            return false;
        }
    } while (!counter.compare_exchange_weak(present, present + n, std::memory_order_relaxed));
    return true;
}

} // namespace rill::detail
