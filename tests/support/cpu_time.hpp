#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

namespace rill_test {

/// The processor time of this thread, which is independent of other load.
inline std::chrono::nanoseconds cpu_time() noexcept
{
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// The minimum of three runs.
template <class F>
std::chrono::nanoseconds cpu_time_of(F&& run)
{
    auto least = std::chrono::nanoseconds::max();
    for (int i = 0; i < 3; ++i) {
        const auto begin = cpu_time();
        run();
        least = std::min(least, cpu_time() - begin);
    }
    return least;
}

} // namespace rill_test
