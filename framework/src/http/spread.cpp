#include <rill/http/detail/spread.hpp>

#include <cstdlib>
#include <sys/random.h>

namespace rill::detail {

namespace {

std::uint32_t somewhere() noexcept
{
    std::uint32_t start = 0;
    static_cast<void>(::getrandom(&start, sizeof start, GRND_NONBLOCK)); // where it fails, any number does
    return start;
}

} // namespace

spread& spread::here() noexcept
{
    thread_local spread one(somewhere());
    return one;
}

} // namespace rill::detail
