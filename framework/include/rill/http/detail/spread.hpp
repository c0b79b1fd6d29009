#pragma once

#include <chrono>
#include <cstdint>
#include <rill/core/detail/saturated.hpp>

namespace rill::detail {

/// What a client may be told to wait: more does not fit the timers of browsers and of Node.js, which then come back at
/// once.
inline constexpr std::chrono::milliseconds longest_retry{INT32_MAX};

/// Gives out waiting times that differ, so that clients that were cut together do not come back together. Not random
/// but spread (Weyl's sequence with the golden ratio): of any n in a row, no two neighbours are further apart than some
/// 3/n of the whole, where random ones would leave gaps and heaps.
class spread
{
public:
    explicit constexpr spread(std::uint32_t start) noexcept : place_(start) {}

    /// Somewhere in [from, from + width], or the longest time that there is.
    constexpr std::chrono::milliseconds next(std::chrono::milliseconds from, std::chrono::milliseconds width) noexcept
    {
        place_ += 0x9E37'79B9U; // 2^32 divided by the golden ratio
        const auto share = static_cast<double>(place_) / 4'294'967'296.0;
        const auto added = static_cast<std::int64_t>(static_cast<double>(width.count()) * share);
        return saturated_sum(from, std::chrono::milliseconds(added));
    }

    /// This thread's; begins at random, so that threads and processes differ.
    static spread& here() noexcept;

private:
    std::uint32_t place_;
};

} // namespace rill::detail
