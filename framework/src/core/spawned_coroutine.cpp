#include <rill/core/detail/spawned_coroutine.hpp>

#include <new>
#include <rill/core/interval.hpp>

namespace rill::detail {

void cancel(timer_service& timers, asio::cancellation_signal& signal, spawned_coroutine& coroutine)
{
    if (auto* waiting = coroutine.waiting) {
        // What the wait has spared itself is done now, for once: so a coroutine that shields itself from cancellation
        // (asio::this_coro::reset_cancellation_state) is shielded here too.
        try {
            coroutine.slot.assign([&timers, waiting](asio::cancellation_type_t) { timers.abort(*waiting); });
        } catch (const std::bad_alloc&) { // then past any shield: it must end
            timers.abort(*waiting);
        }
    }
    signal.emit(asio::cancellation_type::terminal);
}

} // namespace rill::detail
