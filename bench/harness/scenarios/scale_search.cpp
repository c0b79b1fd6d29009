#include "harness/scenarios/scale_search.hpp"

#include <algorithm>

namespace bench {

namespace {

/// Rounds down to three significant digits.
std::uint32_t rounded_down(std::uint32_t number)
{
    std::uint32_t unit = 1;
    while (number / unit >= 1000) {
        unit *= 10;
    }
    return number / unit * unit;
}

} // namespace

scale_search::scale_search(std::uint32_t first, std::uint32_t max, double precision) noexcept
    : first_(std::min(first, max)), max_(max), precision_(precision)
{}

std::optional<std::uint32_t> scale_search::next() const noexcept
{
    if (held_ == 0 && broken_ == 0) {
        return first_;
    }
    if (broken_ == 0) {
        return held_ < max_ ? std::optional(held_ <= max_ / 2 ? held_ * 2 : max_) : std::nullopt;
    }
    const auto middle = std::max(rounded_down(held_ + (broken_ - held_) / 2), held_ + 1);
    const bool is_near = held_ > 0 && broken_ - held_ <= precision_ * held_;
    return is_near || middle >= broken_ ? std::nullopt : std::optional(middle);
}

void scale_search::record(bool has_held) noexcept
{
    if (const auto number = next()) {
        (has_held ? held_ : broken_) = *number;
    }
}

std::optional<std::uint32_t> scale_search::lowest_broken() const noexcept
{
    return broken_ > 0 ? std::optional(broken_) : std::nullopt;
}

} // namespace bench
