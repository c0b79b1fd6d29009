#pragma once

#include <chrono>
#include <cstdint>
#include <rill/core/detail/saturated.hpp>

namespace rill::detail {

/// Generates waiting times that differ, so that clients that were disconnected together do not reconnect together.
///
/// The times are a low-discrepancy sequence (Weyl's sequence with the golden ratio), not random numbers: of any n
/// consecutive times, no two neighbors are more than about 3/n of the whole range apart. Random times leave gaps and
/// clusters.
class jitter
{
public:
    explicit constexpr jitter(std::uint32_t start) noexcept : position_(start) {}

    /// Returns a time in [from, from + width]. The sum is cut to the longest time that the type can hold.
    constexpr std::chrono::milliseconds next(std::chrono::milliseconds from, std::chrono::milliseconds width) noexcept
    {
        position_ += 0x9E37'79B9U; // 2^32 divided by the golden ratio
        const auto fraction = static_cast<double>(position_) / 4'294'967'296.0;
        const auto added = static_cast<std::int64_t>(static_cast<double>(width.count()) * fraction);
        return saturated_sum(from, std::chrono::milliseconds(added));
    }

    /// Returns the generator of the calling thread. It starts at a random position, so that threads and processes
    /// differ.
    static jitter& of_this_thread() noexcept;

private:
    std::uint32_t position_;
};

} // namespace rill::detail
