#pragma once

#include <chrono>

namespace rill::detail {

/// Converts a duration and cuts it to the range of the result. std::chrono::duration_cast may overflow. For example, it
/// converts std::chrono::milliseconds::max() to a negative number of nanoseconds.
template <class To, class Rep, class Period>
constexpr To saturated(std::chrono::duration<Rep, Period> time) noexcept
{
    const std::chrono::duration<long double, typename To::period> exact(time);
    if (exact.count() <= static_cast<long double>(To::min().count())) {
        return To::min();
    }
    return exact.count() < static_cast<long double>(To::max().count()) ? std::chrono::duration_cast<To>(time)
                                                                       : To::max();
}

/// Returns the sum, cut to the range of the type. Neither duration may be negative.
template <class Rep, class Period>
constexpr std::chrono::duration<Rep, Period> saturated_sum(std::chrono::duration<Rep, Period> a,
                                                           std::chrono::duration<Rep, Period> b) noexcept
{
    using sum = std::chrono::duration<Rep, Period>;
    return a > sum::max() - b ? sum::max() : a + b;
}

} // namespace rill::detail
