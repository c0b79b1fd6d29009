#include "harness/client/sequence_check.hpp"

namespace bench {

namespace {

constexpr std::uint64_t remembered = 64;

} // namespace

sequence_check::outcome sequence_check::begin(std::uint64_t number) noexcept
{
    highest_ = number;
    seen_ = 1;
    return {};
}

sequence_check::outcome sequence_check::check(std::uint64_t number) noexcept
{
    if (!has_begun()) {
        return begin(number);
    }
    if (number > highest_) {
        const auto step = number - highest_;
        seen_ = step < remembered ? seen_ << step | 1 : 1;
        highest_ = number;
        return {.missing = step - 1};
    }
    const auto age = highest_ - number;
    if (age >= remembered) {
        return {.what = verdict::out_of_order};
    }
    const auto bit = std::uint64_t(1) << age;
    if ((seen_ & bit) != 0) {
        return {.what = verdict::repeated};
    }
    seen_ |= bit;
    return {.what = verdict::out_of_order, .was_missing = true};
}

sequence_check::outcome sequence_check::check_order(std::uint64_t number) noexcept
{
    if (!has_begun() || number > highest_) {
        return begin(number);
    }
    return {.what = number == highest_ ? verdict::repeated : verdict::out_of_order};
}

} // namespace bench
