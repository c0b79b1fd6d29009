#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/refuse.hpp>
#include <rill/core/detail/saturated.hpp>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <rill/core/timer_service.hpp>

namespace rill {

namespace detail {

/// Whether the completion handler is that of the coroutine that runs at present, which rill has started.
template <class Handler>
bool is_running_coroutine(const Handler& handler)
{
    return running_coroutine != nullptr &&
           running_coroutine->slot == boost::asio::get_associated_cancellation_slot(handler);
}

/// The timers of the worker that a completion handler's coroutine runs on, or null. A coroutine that was resumed by a
/// timer, as nearly all are, runs on the worker whose timers are fired: asking its executor would cost 90 instructions.
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

/// A timer node with its waiting handler: what `interval` and `sleep_for` wait on. One lies in the frame of nearly
/// every handler, so it holds no more than it must.
class timed_wait : public timer_node
{
public:
    timed_wait() = default;
    timed_wait(const timed_wait&) = delete;
    timed_wait& operator=(const timed_wait&) = delete;
    /// A wait that is pending completes with operation_aborted.
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

    /// Ends the wait, if `type` is a cancellation.
    void cancel(timer_service& service, boost::asio::cancellation_type type);

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
        self.leave();
        self.storage_.take<Handler>(nullptr);
    }

    template <class Handler>
    static void fire(timer_node& node, error_code ec)
    {
        auto& self = static_cast<timed_wait&>(node);
        const resuming it(self.leave());
        self.storage_.take<Handler>(&ec);
    }

    static void prefetch(const timer_node& node) noexcept;
    static void prefetch_further(const timer_node& node) noexcept;
    spawned_coroutine* leave() noexcept;

    handler_storage storage_;
    spawned_coroutine* coroutine_ = nullptr;
};

} // namespace detail

/// A steady beat: `tick()` completes once every `period`.
///
/// The beat starts with the first `tick()`, which completes one period later, and keeps its phase: a handler that is
/// late does not shift later ticks. Ticks missed meanwhile are skipped, not caught up in a burst. Resolution is 1 ms; a
/// tick is never early. Must outlive its pending `tick()`, as it does when both live in one coroutine.
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
                    detail::refuse(std::forward<decltype(handler)>(handler), boost::asio::error::in_progress);
                } else {
                    wait_.start(*service, next(service->now()), std::forward<decltype(handler)>(handler));
                }
            },
            token);
    }

public:
    using duration = timer_service::clock::duration;

    /// @param period the time between two ticks; at least 1 ms, anything less is taken as 1 ms. More than a hundred
    /// years, as std::chrono::hours::max(), are these.
    explicit interval(duration period) noexcept;
    template <class Rep, class Period>
    explicit interval(std::chrono::duration<Rep, Period> period) noexcept
        : interval(detail::saturated<duration>(period))
    {}

    /// Waits for the next tick.
    ///
    /// Completion: `void(error_code)`, from the event loop of the coroutine's worker. At most one tick() may be
    /// pending: another one fails with `in_progress`, from the event loop, and leaves the first alone. Cancellation:
    /// terminal, partial and total; completes with `operation_aborted` and leaves the beat as it was. In a coroutine
    /// that does not run on a worker, such as one on a thread pool, it completes with error::foreign_executor.
    template <class CompletionToken>
    auto tick(CompletionToken&& token)
    {
        return initiate(token);
    }
    auto tick() { return initiate(detail::deferred); }

    duration period() const noexcept { return period_; }

private:
    timer_service::clock::time_point next(timer_service::clock::time_point now) noexcept;

    // The wait's deadline is the last tick's time: one interval lies in the frame of every handler.
    detail::timed_wait wait_;
    duration period_;
};

/// Waits once, on the same wheel and the same (test) clock as `interval`.
/// Throws on cancellation: boost::system::system_error with `operation_aborted`.
awaitable<> sleep_for(timer_service::clock::duration time);
template <class Rep, class Period>
awaitable<> sleep_for(std::chrono::duration<Rep, Period> time)
{
    return sleep_for(detail::saturated<timer_service::clock::duration>(time));
}

} // namespace rill
