#include "http/jitter.hpp"

#include <sys/random.h>

namespace rill::detail {

namespace {

std::uint32_t random_start() noexcept
{
    std::uint32_t start = 0;
    // on failure, `start` is still 0, which is good enough
    static_cast<void>(::getrandom(&start, sizeof start, GRND_NONBLOCK));
    return start;
}

} // namespace

jitter& jitter::of_this_thread() noexcept
{
    thread_local jitter generator(random_start());
    return generator;
}

} // namespace rill::detail
