#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

namespace rill_test {

/// Returns the processor time of this thread. Other load does not change it.
inline std::chrono::nanoseconds cpu_time() noexcept
{
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// Returns the minimum processor time of three runs.
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
