#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <rill/core/awaitable.hpp>

namespace rill {
class timer_service;
}

namespace rill::detail {

class timed_wait;

/// A coroutine that spawn() has started, as its owner sees it; lives until the coroutine has ended.
///
/// A timer that is awaited is what nearly all streams are doing nearly all the time. Through Asio's cancellation slot
/// each such wait would allocate a handler (48 bytes for as long as it lasts, and some 40 ns for each event); instead
/// the wait notes itself here, and the owner aborts it. Everything else that is awaited goes through the slot, as
/// usual.
struct spawned_coroutine
{
    asio::cancellation_slot slot{};   ///< what its operations are cancelled through
    timed_wait* waiting = nullptr;    ///< the rill timer that it waits for
    const void* works_with = nullptr; ///< memory that it touches each time it is resumed, to be prefetched
};

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

/// Cancels what the coroutine awaits: it completes with operation_aborted, from the event loop.
void cancel(timer_service& timers, asio::cancellation_signal& signal, spawned_coroutine& coroutine);

} // namespace rill::detail
