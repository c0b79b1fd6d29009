#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/post_error.hpp>
#include <rill/core/detail/saturated.hpp>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <rill/core/timer_service.hpp>

namespace rill {

namespace detail {

/// Whether the completion handler belongs to the running coroutine. False if rill has not started this coroutine.
template <class Handler>
bool is_running_coroutine(const Handler& handler)
{
    return running_coroutine != nullptr &&
           running_coroutine->slot == boost::asio::get_associated_cancellation_slot(handler);
}

/// Returns the timer service of the worker that runs the completion handler's coroutine, or nullptr. Usually a timer
/// has resumed the coroutine. The coroutine then runs on the worker whose timers are being fired. A query of its
/// executor would cost 90 instructions.
template <class Handler>
timer_service* timers_of(const Handler& handler)
{
    auto* firing = timer_service::firing();
    if (firing != nullptr && is_running_coroutine(handler)) {
        return firing;
    }
    auto* context = context_of_handler(handler);
    return context != nullptr ? &timer_service::of(*context) : nullptr;
}

/// A timer node and the completion handler that waits for it. `interval` and `sleep_for` use it. It is small, because
/// nearly every stream handler has one in its coroutine frame.
class timed_wait : public timer_node
{
public:
    timed_wait() = default;
    timed_wait(const timed_wait&) = delete;
    timed_wait& operator=(const timed_wait&) = delete;
    /// Completes a pending wait with operation_aborted.
    ~timed_wait();

    template <class Handler>
    void start(timer_service& service, timer_service::clock::time_point when, Handler handler)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            if (running_coroutine != nullptr && running_coroutine->slot == slot) {
                coroutine_ = running_coroutine;
                coroutine_->waiting = this;
            } else {
                slot.assign([this, &service](boost::asio::cancellation_type type) { cancel(service, type); });
                put(without_slot<Handler>{std::move(handler)});
                service.add(*this, when);
                return;
            }
        }
        put(std::move(handler));
        service.add(*this, when);
    }

    /// Ends the wait if ends_operation(type) is true.
    void cancel(timer_service& service, boost::asio::cancellation_type type);

    /// If the coroutine waits for a timer, connects this wait with the coroutine's cancellation slot.
    static void connect(timer_service& service, spawned_coroutine& coroutine);

private:
    template <class Handler>
    void put(Handler handler)
    {
        storage_.put(std::move(handler));
        static constexpr timer_operations handler_operations{&fire<Handler>, &prefetch, &prefetch_further,
                                                             &drop<Handler>};
        operations = &handler_operations;
    }

    template <class Handler>
    static void drop(timer_node& node)
    {
        auto& self = static_cast<timed_wait&>(node);
        self.detach();
        self.storage_.take<Handler>(nullptr);
    }

    template <class Handler>
    static void fire(timer_node& node, error_code ec)
    {
        auto& self = static_cast<timed_wait&>(node);
        const resume_scope scope(self.detach());
        self.storage_.take<Handler>(&ec);
    }

    static void prefetch(const timer_node& node) noexcept;
    static void prefetch_further(const timer_node& node) noexcept;
    spawned_coroutine* detach() noexcept;

    handler_storage storage_;
    spawned_coroutine* coroutine_ = nullptr;
};

} // namespace detail

/// A periodic timer: `tick()` completes once every `period`.
///
/// The first `tick()` starts the timer and completes one period later. A late handler does not shift later ticks.
/// Missed ticks are skipped. The resolution is 1 ms, and a tick is never early. An interval must outlive its pending
/// `tick()`. This is always true if both are in one coroutine.
class interval
{
    // Declared first because its return type is deduced.
    template <class CompletionToken>
    auto initiate(CompletionToken& token)
    {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [this](auto&& handler) {
                auto* service = detail::timers_of(handler);
                if (service == nullptr) {
                    detail::complete_foreign(std::forward<decltype(handler)>(handler));
                } else if (wait_.linked()) {
                    detail::post_error(std::forward<decltype(handler)>(handler), boost::asio::error::in_progress);
                } else {
                    wait_.start(*service, next(service->now()), std::forward<decltype(handler)>(handler));
                }
            },
            token);
    }

public:
    using duration = timer_service::clock::duration;

    /// @param period time between two ticks, from 1 ms to 100 years. A value outside this range is replaced by the
    /// nearest allowed value.
    explicit interval(duration period) noexcept;
    template <class Rep, class Period>
    explicit interval(std::chrono::duration<Rep, Period> period) noexcept
        : interval(detail::saturated<duration>(period))
    {}

    /// Waits for the next tick.
    ///
    /// Completion: `void(error_code)`, from the event loop of the coroutine's worker. At most one tick() may be
    /// pending. A second tick() fails with `in_progress`, from the event loop, and does not affect the first.
    /// Cancellation: terminal, partial and total. A cancelled tick() completes with `operation_aborted` and does not
    /// shift later ticks. Errors: error::foreign_executor if the coroutine does not run on a worker, for example on a
    /// thread pool.
    template <class CompletionToken>
    auto tick(CompletionToken&& token)
    {
        return initiate(token);
    }
    auto tick() { return initiate(detail::deferred); }

    duration period() const noexcept { return period_; }

private:
    timer_service::clock::time_point next(timer_service::clock::time_point now) noexcept;

    // The deadline of the wait is also the time of the last tick. The interval has no separate member for that time. It
    // must be small, because it is part of a coroutine frame.
    detail::timed_wait wait_;
    duration period_;
};

/// Waits for `time`. It uses the same timers and the same clock as `interval`, also in tests with a manual clock.
/// Throws boost::system::system_error with `operation_aborted` on cancellation.
awaitable<> sleep_for(timer_service::clock::duration time);
template <class Rep, class Period>
awaitable<> sleep_for(std::chrono::duration<Rep, Period> time)
{
    return sleep_for(detail::saturated<timer_service::clock::duration>(time));
}

} // namespace rill
