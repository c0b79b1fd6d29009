#include <rill/core/interval.hpp>

#include <algorithm>
#include <boost/asio/error.hpp>

namespace rill {

namespace detail {

timed_wait::~timed_wait()
{
    if (linked()) {
        timer_service::remove(*this);
        fire(*this, asio::error::operation_aborted);
    }
}

spawned_coroutine* timed_wait::leave() noexcept
{
    auto* coroutine = std::exchange(coroutine_, nullptr);
    if (coroutine != nullptr) {
        coroutine->waiting = nullptr;
    }
    return coroutine;
}

} // namespace detail

interval::interval(duration period) noexcept : period_(std::max<duration>(period, std::chrono::milliseconds(1))) {}

timer_service::clock::time_point interval::next(timer_service::clock::time_point now) noexcept
{
    auto last = wait_.deadline;
    if (last == timer_service::clock::time_point()) { // the beat begins
        last = now;
    }
    // An aborted wait has its deadline ahead of now: that tick is still to come.
    return last > now ? last : last + ((now - last) / period_ + 1) * period_;
}

awaitable<> sleep_for(timer_service::clock::duration time)
{
    detail::timed_wait wait;
    auto initiate = [&](auto&& handler) {
        auto& service = detail::timers_of(handler);
        wait.start(service, service.now() + time, std::forward<decltype(handler)>(handler));
    };
    co_await detail::deferred_operation<void(error_code), decltype(initiate)>(initiate);
}

} // namespace rill
