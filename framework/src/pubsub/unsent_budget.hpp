#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "core/bounded_add.hpp"

namespace rill::pubsub::detail {

/// Counts the unsent bytes of all blocked streams, and the bytes of all snapshots, up to
/// channel_options::max_unsent_bytes. Thread-safe.
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

/// Bytes of a budget, for the lifetime of this object.
class budget_share
{
public:
    budget_share() = default;
    /// If the budget does not allow the bytes, the share is empty.
    budget_share(std::shared_ptr<unsent_budget> of, std::size_t bytes) noexcept : bytes_(bytes)
    {
        if (of->acquire(bytes)) {
            budget_ = std::move(of);
        }
    }
    budget_share(budget_share&& other) noexcept : budget_(std::move(other.budget_)), bytes_(other.bytes_) {}
    budget_share& operator=(budget_share other) noexcept
    {
        std::swap(budget_, other.budget_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~budget_share()
    {
        if (budget_) {
            budget_->release(bytes_);
        }
    }

    explicit operator bool() const noexcept { return budget_ != nullptr; }

private:
    std::shared_ptr<unsent_budget> budget_;
    std::size_t bytes_ = 0;
};

} // namespace rill::pubsub::detail
