#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

namespace rill_test {

/// What this thread has had of a processor: what else the machine does takes nothing of it.
inline std::chrono::nanoseconds cpu_time() noexcept
{
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// The least of three runs.
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
