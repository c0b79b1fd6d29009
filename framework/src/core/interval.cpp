#include <rill/core/interval.hpp>

#include <algorithm>

namespace rill {

namespace detail {

timed_wait::timed_wait()
{
    fire = [](timer_node& node, error_code ec) { static_cast<timed_wait&>(node).waiter_.complete(ec); };
}

timed_wait::~timed_wait()
{
    if (linked()) {
        service_->remove(*this);
    }
}

void timed_wait::link(timer_service& service, timer_service::clock::time_point when)
{
    service_ = &service;
    service.add(*this, when);
}

void timed_wait::abort()
{
    service_->abort(*this);
}

} // namespace detail

interval::interval(duration period) noexcept : period_(std::max<duration>(period, std::chrono::milliseconds(1))) {}

timer_service::clock::time_point interval::next(timer_service::clock::time_point now) noexcept
{
    if (!started_) {
        started_ = true;
        last_ = now;
    }
    // An aborted wait has moved last_ ahead of now: that tick is still to come.
    if (last_ <= now) {
        const auto missed = (now - last_) / period_;
        skipped_ += static_cast<std::uint32_t>(missed);
        last_ += (missed + 1) * period_;
    }
    return last_;
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
