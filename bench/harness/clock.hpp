#pragma once

#include <cstdint>
#include <ctime>

namespace bench {

/// CLOCK_REALTIME in ns: the clock of the servers' timestamps, and the one that all processes share.
inline std::int64_t now_ns() noexcept
{
    std::timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

void sleep_ns(std::int64_t duration) noexcept;

} // namespace bench
