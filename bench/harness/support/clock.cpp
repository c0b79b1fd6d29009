#include "harness/support/clock.hpp"

namespace bench {

// Callers read the clock again after each sleep. Therefore an early return is harmless.
void sleep_ns(std::int64_t duration) noexcept
{
    if (duration > 0) {
        const std::timespec time{.tv_sec = duration / 1'000'000'000, .tv_nsec = duration % 1'000'000'000};
        ::nanosleep(&time, nullptr);
    }
}

} // namespace bench
