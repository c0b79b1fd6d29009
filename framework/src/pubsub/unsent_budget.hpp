#pragma once

#include <atomic>
#include <cstddef>

#include "core/bounded_add.hpp"

namespace rill::pubsub::detail {

/// Counts the unsent bytes of all blocked streams, up to channel_options::max_unsent_bytes. Thread-safe.
class unsent_budget
{
public:
    explicit unsent_budget(std::size_t max_bytes) noexcept : max_bytes_(max_bytes) {}

    /// Adds the bytes. If the sum would exceed the maximum, returns false and adds nothing.
    bool acquire(std::size_t bytes) noexcept { return rill::detail::bounded_add(bytes_, bytes, max_bytes_); }
    void release(std::size_t bytes) noexcept { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
    std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

private:
    const std::size_t max_bytes_;
    std::atomic<std::size_t> bytes_{0};
};

} // namespace rill::pubsub::detail
