#include <rill/core/detail/spawned_coroutine.hpp>

#include <rill/core/interval.hpp>

namespace rill::detail {

void cancel(timer_service& timers, asio::cancellation_signal& signal, spawned_coroutine& coroutine)
{
    if (coroutine.waiting != nullptr) {
        timers.abort(*coroutine.waiting);
    }
    // Also then: it marks the coroutine as cancelled, so that whatever it awaits next throws.
    signal.emit(asio::cancellation_type::terminal);
}

} // namespace rill::detail
