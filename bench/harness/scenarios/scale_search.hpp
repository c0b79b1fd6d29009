#pragma once

#include <cstdint>
#include <optional>

namespace bench {

/// Chooses the numbers of streams to try, to find the highest number that holds. It first doubles the number until a
/// number fails. Then it halves the distance between the highest number that held and the lowest number that failed.
class scale_search
{
public:
    /// @param first  the first number, at least 1
    /// @param max  the highest number to try
    /// @param precision  at least 0.01. The search ends when the lowest failed number is at most this share above the
    /// highest number that held.
    scale_search(std::uint32_t first, std::uint32_t max, double precision) noexcept;

    /// Returns the number to try now. Empty if the search has ended.
    std::optional<std::uint32_t> next() const noexcept;

    /// Records the result for next().
    void record(bool has_held) noexcept;

    /// Returns the highest number that held. 0 if no number held.
    std::uint32_t highest_held() const noexcept { return held_; }
    /// Returns the lowest number that failed, if a number failed.
    std::optional<std::uint32_t> lowest_broken() const noexcept;

private:
    std::uint32_t first_;
    std::uint32_t max_;
    double precision_;
    std::uint32_t held_ = 0;
    std::uint32_t broken_ = 0; ///< 0 if no number has failed yet
};

} // namespace bench
