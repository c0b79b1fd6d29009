#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bench {

/// Histogram of durations from 0 to 2^63 ns. The width of a bucket is 1/64 of its value. Therefore quantiles have an
/// error of at most 1.6 %. The maximum is exact. The class has a fixed size and is trivially copyable, so that
/// processes can share it. It is not synchronized.
class histogram
{
public:
    /// @param ns  a duration; a negative value (from two different clocks) counts as 0
    void add(std::int64_t ns) noexcept;
    void add(const histogram& other) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    std::int64_t max() const noexcept { return max_; }

    /// Returns the smallest duration d for which at least `share` of all durations are at most d. The result is rounded
    /// up to the end of its bucket and limited to max(). Returns 0 if the histogram is empty.
    /// @param share  from 0 to 1
    std::int64_t quantile(double share) const noexcept;

private:
    static constexpr int precision = 6; ///< 2^6 buckets per power of two
    static constexpr std::size_t bucket_count = (63 - precision + 1) << precision;

    static std::size_t bucket_of(std::uint64_t ns) noexcept;
    static std::uint64_t end_of(std::size_t bucket) noexcept;

    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;
    std::array<std::uint64_t, bucket_count> buckets_{};
};

} // namespace bench
