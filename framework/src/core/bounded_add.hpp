#pragma once

#include <atomic>
#include <cstddef>

namespace rill::detail {

/// Adds `n` to the counter and returns true. Returns false, and adds nothing, if the sum would exceed `max`. The
/// counter never exceeds `max`, not even for a moment. Therefore a call that fails cannot make a concurrent call fail.
/// The memory order is relaxed, because the counter does not synchronize other memory.
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
