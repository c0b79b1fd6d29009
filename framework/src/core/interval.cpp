#include <rill/core/interval.hpp>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstdint>
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
// hint: a wrong address does no harm. The addresses are integers, as either may be null or no address at all.
void timed_wait::prefetch(const timer_node& node) noexcept
{
    constexpr std::uintptr_t line = 64;
    const auto ask_for = [](std::uintptr_t address) { __builtin_prefetch(reinterpret_cast<const void*>(address)); };
    const auto& self = static_cast<const timed_wait&>(node);
    std::uintptr_t frame = 0;
    std::memcpy(&frame, self.storage_.bytes, sizeof frame);
    ask_for(frame);
    ask_for(frame + line);
    const auto owner = reinterpret_cast<std::uintptr_t>(self.coroutine_);
    ask_for(owner - line);
    ask_for(owner);
    ask_for(owner + line);
}

// The cancellation state, which every co_await asks, and what the coroutine works with.
void timed_wait::prefetch_further(const timer_node& node) noexcept
{
    if (const auto* coroutine = static_cast<const timed_wait&>(node).coroutine_) {
        const char* state = nullptr;
        static_assert(sizeof coroutine->slot == sizeof state);
        std::memcpy(&state, &coroutine->slot, sizeof state);
        __builtin_prefetch(state);
        __builtin_prefetch(coroutine->to_prefetch());
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
