#pragma once

#include <cstdint>
#include <ctime>

namespace bench {

/// Returns CLOCK_REALTIME in nanoseconds. The timestamps of the servers use this clock, and all processes share it.
inline std::int64_t now_ns() noexcept
{
    std::timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

/// Sleeps for `duration` nanoseconds. A signal ends the sleep early.
void sleep_ns(std::int64_t duration) noexcept;

} // namespace bench
