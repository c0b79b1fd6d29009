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

/// Whether the completion handler belongs to the running coroutine, and rill has started this coroutine.
template <class Handler>
bool is_running_coroutine(const Handler& handler)
{
    return running_coroutine != nullptr &&
           running_coroutine->slot == boost::asio::get_associated_cancellation_slot(handler);
}

/// The timers of the worker that runs the completion handler's coroutine, or nullptr. Nearly every coroutine was
/// resumed by a timer, so it runs on the worker whose timers are being fired. A query of its executor would cost 90
/// instructions.
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

/// A timer node with its waiting handler. `interval` and `sleep_for` wait with it. Nearly every handler has one in its
/// frame, so it holds only what it must.
class timed_wait : public timer_node
{
public:
    timed_wait() = default;
    timed_wait(const timed_wait&) = delete;
    timed_wait& operator=(const timed_wait&) = delete;
    /// A pending wait completes with operation_aborted.
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

    /// Ends the wait if `type` is a cancellation.
    void cancel(timer_service& service, boost::asio::cancellation_type type);

    /// Connects the wait of a coroutine, if it waits for a timer, with the coroutine's cancellation slot.
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
/// The first `tick()` starts the timer and completes one period later. The phase is kept: a late handler does not shift
/// later ticks. Ticks that were missed are skipped, not delivered in a burst. The resolution is 1 ms, and a tick is
/// never early. An interval must outlive its pending `tick()`, which holds if both are in one coroutine.
class interval
{
    // First, as its return type is deduced.
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

    /// @param period time between two ticks: at least 1 ms, at most 100 years. A value outside of this range is
    /// replaced by the nearest one within it.
    explicit interval(duration period) noexcept;
    template <class Rep, class Period>
    explicit interval(std::chrono::duration<Rep, Period> period) noexcept
        : interval(detail::saturated<duration>(period))
    {}

    /// Waits for the next tick.
    ///
    /// Completion: `void(error_code)`, from the event loop of the coroutine's worker. At most one tick() may be
    /// pending: a second one fails with `in_progress`, from the event loop, and does not affect the first.
    /// Cancellation: terminal, partial and total; completes with `operation_aborted` and does not change the phase. In
    /// a coroutine that does not run on a worker, such as one on a thread pool, it fails with error::foreign_executor.
    template <class CompletionToken>
    auto tick(CompletionToken&& token)
    {
        return initiate(token);
    }
    auto tick() { return initiate(detail::deferred); }

    duration period() const noexcept { return period_; }

private:
    timer_service::clock::time_point next(timer_service::clock::time_point now) noexcept;

    // The deadline of the wait is also the time of the last tick: a handler's frame holds an interval, so it is small.
    detail::timed_wait wait_;
    duration period_;
};

/// Waits for a time, with the same timers and the same (test) clock as `interval`.
/// Throws on cancellation: boost::system::system_error with `operation_aborted`.
awaitable<> sleep_for(timer_service::clock::duration time);
template <class Rep, class Period>
awaitable<> sleep_for(std::chrono::duration<Rep, Period> time)
{
    return sleep_for(detail::saturated<timer_service::clock::duration>(time));
}

} // namespace rill
