#include "transport/memory_trimmer.hpp"

#include <utility>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace rill::transport {

namespace {

constexpr std::chrono::milliseconds trim_delay{250};

void return_free_memory() noexcept
{
#if defined(__GLIBC__)
    ::malloc_trim(0);
#endif
}

} // namespace

memory_trimmer::memory_trimmer(timer_service& timers, connection_table& connections)
    : timers_(timers), connections_(connections)
{
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<memory_trimmer&>(node).trim();
        }
    }};
    operations = &timer_kind;
}

memory_trimmer::~memory_trimmer()
{
    timer_service::remove(*this);
}

void memory_trimmer::connection_closed()
{
    if (++closed_since_trim_ >= trim_after && !linked()) {
        timers_.add(*this, timers_.now() + trim_delay);
    }
}

// If very many connections have closed, more of them will probably close, but perhaps fewer than trim_after. A second
// trim returns the memory of these, too.
void memory_trimmer::trim()
{
    const bool trim_again = std::exchange(closed_since_trim_, 0) >= 2 * trim_after;
    connections_.shrink();
    return_free_memory();
    if (trim_again) {
        timers_.add(*this, timers_.now() + trim_delay);
    }
}

} // namespace rill::transport
