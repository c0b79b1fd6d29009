#pragma once

#include <chrono>
#include <cstdint>
#include <rill/core/detail/saturated.hpp>

namespace rill::detail {

/// Generates different waiting times. If many clients are disconnected at the same time, they do not reconnect at the
/// same time.
///
/// The times are a low-discrepancy sequence (Weyl's sequence with the golden ratio) instead of random numbers. Sort any
/// n consecutive times: the distance between two neighbors is at most about 3/n of the whole range. Random times would
/// have gaps and clusters.
class jitter
{
public:
    explicit constexpr jitter(std::uint32_t start) noexcept : position_(start) {}

    /// Returns a time in [from, from + width]. If the type cannot hold the sum, returns the longest time of the type.
    constexpr std::chrono::milliseconds next(std::chrono::milliseconds from, std::chrono::milliseconds width) noexcept
    {
        position_ += 0x9E37'79B9U; // 2^32 divided by the golden ratio
        const auto fraction = static_cast<double>(position_) / 4'294'967'296.0;
        const auto added = static_cast<std::int64_t>(static_cast<double>(width.count()) * fraction);
        return saturated_sum(from, std::chrono::milliseconds(added));
    }

    /// Returns the generator of the calling thread. Each generator starts at a random position, so that the times of
    /// threads and processes differ.
    static jitter& of_this_thread() noexcept;

private:
    std::uint32_t position_;
};

} // namespace rill::detail
