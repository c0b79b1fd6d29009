#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bench {

/// Counts durations in buckets whose width is a 64th of their value, from 0 to 2^63 ns: quantiles are exact to 1.6 %,
/// the maximum exactly. Of fixed size and trivially copyable, so that it can lie in memory that processes share; it is
/// not synchronised.
class histogram
{
public:
    /// @param ns less than nothing (clocks that differ) counts as nothing
    void add(std::int64_t ns) noexcept;
    void add(const histogram& other) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    std::int64_t max() const noexcept { return max_; }

    /// The smallest duration that at least `share` of all durations do not exceed, rounded up to the end of its bucket,
    /// but not beyond max(). 0 when there is none.
    /// @param share from 0 to 1
    std::int64_t quantile(double share) const noexcept;

private:
    static constexpr int precision = 6; ///< 2^6 buckets for each doubling
    static constexpr std::size_t bucket_count = (63 - precision + 1) << precision;

    static std::size_t bucket_of(std::uint64_t ns) noexcept;
    static std::uint64_t end_of(std::size_t bucket) noexcept;

    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;
    std::array<std::uint64_t, bucket_count> buckets_{};
};

} // namespace bench
