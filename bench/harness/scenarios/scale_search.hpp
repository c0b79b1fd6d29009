#pragma once

#include <cstdint>
#include <optional>

namespace bench {

/// Chooses the numbers of streams to try, to find the highest number that holds. It doubles the number until one fails,
/// and then halves the distance between the highest that held and the lowest that failed.
class scale_search
{
public:
    /// @param first     the first number, at least 1
    /// @param max       the highest number to try
    /// @param precision the search ends when the lowest failed number is at most this share above the highest that
    /// held;
    ///                  at least 0.01
    scale_search(std::uint32_t first, std::uint32_t max, double precision) noexcept;

    /// The number to try now. Empty when the search is over.
    std::optional<std::uint32_t> next() const noexcept;

    /// Records the result for next().
    void record(bool has_held) noexcept;

    /// The highest number that held. 0: none did.
    std::uint32_t highest_held() const noexcept { return held_; }
    /// The lowest number that failed, if any did.
    std::optional<std::uint32_t> lowest_broken() const noexcept;

private:
    std::uint32_t first_;
    std::uint32_t max_;
    double precision_;
    std::uint32_t held_ = 0;
    std::uint32_t broken_ = 0; ///< 0: none yet
};

} // namespace bench
