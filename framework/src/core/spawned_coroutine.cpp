#include <rill/core/detail/spawned_coroutine.hpp>

#include <rill/core/interval.hpp>

namespace rill::detail {

void cancel(asio::cancellation_signal& signal, spawned_coroutine& coroutine)
{
    if (coroutine.waiting != nullptr) {
        coroutine.waiting->abort();
    }
    // Also then: it marks the coroutine as cancelled, so that whatever it awaits next throws.
    signal.emit(asio::cancellation_type::terminal);
}

} // namespace rill::detail
