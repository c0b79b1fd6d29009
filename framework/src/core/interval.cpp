#include <rill/core/interval.hpp>

#include <algorithm>

namespace rill {

namespace detail {

timed_wait::timed_wait()
{
    fire = [](timer_node& node, error_code ec) { static_cast<timed_wait&>(node).fired(ec); };
}

timed_wait::~timed_wait()
{
    if (linked()) {
        service_->remove(*this);
        if (coroutine_ != nullptr) {
            coroutine_->waiting = nullptr;
        }
    }
}

void timed_wait::fired(error_code ec)
{
    // The handler may end this object: what is needed afterwards is on the stack.
    auto* coroutine = std::exchange(coroutine_, nullptr);
    if (coroutine != nullptr) {
        coroutine->waiting = nullptr;
    }
    const resuming it(coroutine);
    waiter_.complete(ec);
}

void timed_wait::abort()
{
    service_->abort(*this);
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
