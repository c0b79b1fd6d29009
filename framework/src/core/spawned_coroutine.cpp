#include <rill/core/detail/spawned_coroutine.hpp>

#include <new>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/unwinder.hpp>
#include <rill/core/error.hpp>
#include <rill/core/interval.hpp>
#include <utility>

namespace rill::detail {

void* spawned_coroutine::works_with() const noexcept
{
    const auto* entry = cancelled();
    return entry != nullptr ? entry->works_with : reinterpret_cast<void*>(works_with_);
}

void spawned_coroutine::works_with(void* memory) noexcept
{
    if (auto* entry = cancelled()) {
        entry->works_with = memory;
    } else {
        works_with_ = reinterpret_cast<std::uintptr_t>(memory);
    }
}

void spawned_coroutine::cancelled(cancelled_coroutine& entry) noexcept
{
    entry.works_with = works_with();
    works_with_ = reinterpret_cast<std::uintptr_t>(&entry) + 1;
}

void spawned_coroutine::no_longer_cancelled() noexcept
{
    works_with_ = reinterpret_cast<std::uintptr_t>(works_with());
}

// What the wait has spared itself is done now, for once: so a coroutine that shields itself from cancellation
// (asio::this_coro::reset_cancellation_state) is shielded here too.
void note_waiting_timer(timer_service& timers, spawned_coroutine& coroutine)
{
    if (auto* waiting = coroutine.waiting) {
        try {
            coroutine.slot.assign([&timers, waiting](asio::cancellation_type type) { waiting->cancel(timers, type); });
        } catch (const std::bad_alloc&) { // then past any shield: it must end
            timers.abort(*waiting);
        }
    }
}

void cancel(timer_service& timers, asio::cancellation_signal& signal, spawned_coroutine& coroutine,
            const spawned_coroutine* root)
{
    note_waiting_timer(timers, coroutine);
    unwinder::of(static_cast<asio::io_context&>(timers.context())).cancel(coroutine, signal, root);
}

void destroyed(spawned_coroutine& coroutine, spawn_done done)
{
    const auto* entry = coroutine.cancelled();
    if (entry != nullptr && entry->destroyed) {
        entry->signal->slot().clear(); // it still leads to the operation that was destroyed with its frame
        unwinder::forget(coroutine);
        done(coroutine, exception_of(make_error_code(error::cancellation_ignored)));
    }
}

} // namespace rill::detail
