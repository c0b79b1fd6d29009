#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <exception>
#include <rill/core/awaitable.hpp>

namespace rill {
class timer_service;
}

namespace rill::detail {

class timed_wait;
struct cancelled_coroutine;

/// A coroutine that spawn() has started, as its owner sees it; lives until the coroutine has ended.
///
/// A timer that is awaited is what nearly all streams are doing nearly all the time. Through Asio's cancellation slot
/// each such wait would allocate a handler (48 bytes for as long as it lasts, and some 40 ns for each event); instead
/// the wait notes itself here, and the owner aborts it. Everything else that is awaited goes through the slot, as
/// usual.
struct spawned_coroutine
{
    asio::cancellation_slot slot{}; ///< what its operations are cancelled through
    timed_wait* waiting = nullptr;  ///< the rill timer that it waits for

    /// An object that the owner stores here. The coroutine uses it each time it is resumed.
    void* works_with() const noexcept;
    void works_with(void* memory) noexcept;

    /// The address to prefetch before the coroutine is resumed. It is works_with(), or of no use after a cancellation.
    const void* to_prefetch() const noexcept { return reinterpret_cast<const void*>(works_with_); }

    /// What unwinder knows of the coroutine, once it has been cancelled.
    cancelled_coroutine* cancelled() const noexcept
    {
        return (works_with_ & 1) != 0 ? reinterpret_cast<cancelled_coroutine*>(works_with_ - 1) : nullptr;
    }
    /// Stores the entry. The entry then holds works_with().
    void cancelled(cancelled_coroutine& entry) noexcept;
    /// Removes the entry, and keeps works_with().
    void no_longer_cancelled() noexcept;

private:
    // Each stream has this word, so it holds both: works_with(), or the entry (lowest bit set), which holds
    // works_with().
    std::uintptr_t works_with_ = 0;
};

/// Called once when a spawned coroutine has ended and its frame is gone; `error` holds what it threw.
using spawn_done = void (*)(spawned_coroutine& coroutine, const std::exception_ptr& error);

/// Whose coroutine runs at present on this thread, where that is known.
inline thread_local spawned_coroutine* running_coroutine = nullptr;

/// Names the coroutine that is about to be resumed.
class resuming
{
public:
    explicit resuming(spawned_coroutine* coroutine) noexcept : previous_(running_coroutine)
    {
        running_coroutine = coroutine;
    }
    resuming(const resuming&) = delete;
    resuming& operator=(const resuming&) = delete;
    ~resuming() { running_coroutine = previous_; }

private:
    spawned_coroutine* previous_;
};

/// Cancels what the coroutine awaits: it completes with operation_aborted, from the event loop. A coroutine that goes
/// on all the same is cancelled again, and at last destroyed: see unwinder.
/// @param root the coroutine that this one is a task of, if it is known; names it in the log
void cancel(timer_service& timers, asio::cancellation_signal& signal, spawned_coroutine& coroutine,
            const spawned_coroutine* root = nullptr);

/// Connects the rill timer that the coroutine waits for with its cancellation slot.
void note_waiting_timer(timer_service& timers, spawned_coroutine& coroutine);

/// To be called when the coroutine's bottom frame goes. Calls `done` if it was destroyed where it waited.
void destroyed(spawned_coroutine& coroutine, spawn_done done);

} // namespace rill::detail
