#include <rill/core/interval.hpp>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstdint>
#include <cstring>
#include <new>
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

// start() does not set the cancellation slot. This function sets it before a cancellation, so that a filter of the
// coroutine (asio::this_coro::reset_cancellation_state) also applies to the wait.
void timed_wait::connect(timer_service& service, spawned_coroutine& coroutine)
{
    if (auto* waiting = coroutine.waiting) {
        try {
            coroutine.slot.assign(
                [&service, waiting](asio::cancellation_type type) { waiting->cancel(service, type); });
        } catch (const std::bad_alloc&) { // ignore the filter, because the coroutine must end
            service.abort(*waiting);
        }
    }
}

// Prefetches the coroutine's bottom frame, and the owner's memory around the coroutine object. The first word of the
// handler points to the bottom frame. It is safe to prefetch a wrong address. The addresses are integers, because they
// may be null or invalid.
void timed_wait::prefetch(const timer_node& node) noexcept
{
    constexpr std::uintptr_t line = 64;
    const auto fetch = [](std::uintptr_t address) {
        __builtin_prefetch(reinterpret_cast<const void*>(address)); // NOLINT(performance-no-int-to-ptr): only a hint
    };
    const auto& self = static_cast<const timed_wait&>(node);
    std::uintptr_t frame = 0;
    std::memcpy(&frame, self.storage_.bytes, sizeof frame);
    fetch(frame);
    fetch(frame + line);
    const auto owner = reinterpret_cast<std::uintptr_t>(self.coroutine_);
    fetch(owner - line);
    fetch(owner);
    fetch(owner + line);
}

// Prefetches the cancellation state, which every co_await reads, and the data that the coroutine uses.
void timed_wait::prefetch_further(const timer_node& node) noexcept
{
    if (const auto* coroutine = static_cast<const timed_wait&>(node).coroutine_) {
        const char* state = nullptr;
        static_assert(sizeof coroutine->slot == sizeof state);
        std::memcpy(&state, &coroutine->slot, sizeof state);
        __builtin_prefetch(state);
        __builtin_prefetch(coroutine->prefetch_address());
    }
}

spawned_coroutine* timed_wait::detach() noexcept
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
    if (last == timer_service::clock::time_point()) { // the first tick
        last = now;
    }
    // After an aborted wait, the deadline is still in the future. The next wait uses the same deadline.
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
