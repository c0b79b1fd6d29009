#include <rill/core/interval.hpp>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>
#include <rill/core/detail/cancellation.hpp>

namespace rill {

namespace detail {

timed_wait::~timed_wait()
{
    if (linked()) {
        timer_service::remove(*this);
        operations->fire(*this, asio::error::operation_aborted);
    }
}

void timed_wait::cancel(timer_service& service, asio::cancellation_type type)
{
    if (!linked() || !ends_operation(type)) {
        return;
    }
    if (destroys_coroutine()) {
        timer_service::remove(*this);
        operations->drop(*this);
    } else {
        service.abort(*this);
    }
}

// The coroutine's bottom frame, which the first word of the handler points to, and what its owner keeps beside it. A
// hint: a wrong address does no harm.
void timed_wait::prefetch(const timer_node& node) noexcept
{
    constexpr std::ptrdiff_t line = 64;
    const auto& self = static_cast<const timed_wait&>(node);
    const char* frame = nullptr;
    std::memcpy(&frame, self.storage_.bytes, sizeof frame);
    __builtin_prefetch(frame);
    __builtin_prefetch(frame + line);
    const auto* owner = reinterpret_cast<const char*>(self.coroutine_);
    __builtin_prefetch(owner - line);
    __builtin_prefetch(owner);
    __builtin_prefetch(owner + line);
}

// The cancellation state, which every co_await asks, and what the coroutine works with.
void timed_wait::prefetch_further(const timer_node& node) noexcept
{
    if (const auto* coroutine = static_cast<const timed_wait&>(node).coroutine_) {
        const char* state = nullptr;
        static_assert(sizeof coroutine->slot == sizeof state);
        std::memcpy(&state, &coroutine->slot, sizeof state);
        __builtin_prefetch(state);
        __builtin_prefetch(coroutine->works_with());
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

interval::interval(duration period) noexcept
    : period_(std::clamp<duration>(period, std::chrono::milliseconds(1), timer_service::longest_wait))
{}

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
        if (auto* service = detail::timers_of(handler)) {
            wait.start(*service, service->after(time), std::forward<decltype(handler)>(handler));
        } else {
            detail::complete_foreign(std::forward<decltype(handler)>(handler));
        }
    };
    co_await detail::deferred_operation<void(error_code), decltype(initiate)>(initiate);
}

} // namespace rill
