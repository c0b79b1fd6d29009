#pragma once

#include <cstdint>
#include <optional>

namespace bench {

/// Which numbers of streams to try, to find the highest that holds: doubles until one breaks, then halves the distance
/// between the highest that held and the lowest that broke.
class scale_search
{
public:
    /// @param first     where to begin, at least 1
    /// @param most      the highest to be tried
    /// @param precision the search ends when what broke is at most this share above what held; at least 0.01
    scale_search(std::uint32_t first, std::uint32_t most, double precision) noexcept;

    /// The number to be tried now; nothing when the search is over.
    std::optional<std::uint32_t> next() const noexcept;

    /// What came of trying next().
    void note(bool has_held) noexcept;

    /// 0: none did.
    std::uint32_t highest_held() const noexcept { return held_; }
    /// The lowest that broke, if any did.
    std::optional<std::uint32_t> lowest_broken() const noexcept;

private:
    std::uint32_t first_;
    std::uint32_t most_;
    double precision_;
    std::uint32_t held_ = 0;
    std::uint32_t broken_ = 0; ///< 0: none yet
};

} // namespace bench
