#include "harness/support/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bench {

// Each value below 2^precision has its own bucket. For a larger value, the position of its highest bit and the next
// `precision` bits select the bucket.
std::size_t histogram::bucket_of(std::uint64_t ns) noexcept
{
    constexpr std::uint64_t linear = std::uint64_t(1) << precision;
    if (ns < linear) {
        return ns;
    }
    const auto shift = static_cast<int>(std::bit_width(ns)) - 1 - precision;
    return (static_cast<std::size_t>(shift) << precision) + (ns >> shift);
}

std::uint64_t histogram::end_of(std::size_t bucket) noexcept
{
    constexpr std::size_t linear = std::size_t(1) << precision;
    if (bucket < linear) {
        return bucket;
    }
    const auto shift = (bucket >> precision) - 1;
    const auto leading = bucket - (shift << precision);
    return ((leading + 1) << shift) - 1;
}

void histogram::add(std::int64_t ns) noexcept
{
    const auto value = std::max<std::int64_t>(ns, 0);
    ++count_;
    max_ = std::max(max_, value);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(value))];
}

void histogram::add(const histogram& other) noexcept
{
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        buckets_[i] += other.buckets_[i];
    }
}

std::int64_t histogram::quantile(double share) const noexcept
{
    const auto wanted =
        static_cast<std::uint64_t>(std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen != 0 && seen >= wanted) {
            return std::min(static_cast<std::int64_t>(end_of(i)), max_);
        }
    }
    return max_;
}

} // namespace bench
