#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/version.hpp>
#include <exception>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <utility>

#include "core/unwinder.hpp"

#if !defined(RILL_PUBLIC_CO_SPAWN) && (BOOST_VERSION < 108100 || BOOST_VERSION > 108800)
#define RILL_PUBLIC_CO_SPAWN // the internals of this Asio version are unknown: use the public interface
#endif

#if defined(RILL_PUBLIC_CO_SPAWN)
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#endif

namespace rill::detail {

/// Calls Done when the coroutine has ended, or when the unwinder has destroyed it.
template <spawn_done Done>
class bottom_frame
{
public:
    explicit bottom_frame(spawned_coroutine& coroutine) noexcept : coroutine_(&coroutine) {}
    bottom_frame(bottom_frame&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    bottom_frame& operator=(bottom_frame&&) = delete;
    ~bottom_frame()
    {
        if (coroutine_ != nullptr) {
            destroyed(*coroutine_, Done);
        }
    }

    void done(const std::exception_ptr& error)
    {
        auto& coroutine = *std::exchange(coroutine_, nullptr);
        unwinder::remove(coroutine);
        Done(coroutine, error);
    }

private:
    spawned_coroutine* coroutine_;
};

#if defined(RILL_PUBLIC_CO_SPAWN)

template <spawn_done Done>
awaitable<> entry_point(awaitable<> body, bottom_frame<Done> bottom)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(cancellation_filter(), cancellation_filter());
    std::exception_ptr error;
    try {
        co_await std::move(body);
    } catch (...) {
        error = std::current_exception();
    }
    bottom.done(error);
}

#else

/// The bottom frame of the coroutine. `Done` is a template parameter and not a member, to save memory in each stream.
template <spawn_done Done>
asio::awaitable<asio::detail::awaitable_thread_entry_point, executor> entry_point(awaitable<> body,
                                                                                  bottom_frame<Done> bottom)
{
    try {
        co_await std::move(body);
    } catch (...) {
        bottom.done(std::current_exception());
        co_return;
    }
    bottom.done(nullptr);
}

#endif

/// Runs `body` as a coroutine on `context`. The coroutine starts inside this call. The object `coroutine` must exist
/// until `body` has ended. cancel(timers, signal, coroutine) cancels it. Only terminal cancellation is possible. After
/// a cancellation, a co_await does not throw automatically: see unwinder.
///
/// Call this function only from the thread of `context`. It has the same effect as asio::co_spawn, but needs about a
/// third of the memory for each coroutine (see docs/rationale/own-entry-coroutine.md).
template <spawn_done Done>
void spawn(asio::io_context& context, awaitable<> body, asio::cancellation_signal& signal, spawned_coroutine& coroutine)
{
    coroutine.waiting = nullptr;
#if defined(RILL_PUBLIC_CO_SPAWN)
    coroutine.slot = {};
    const resume_scope none(nullptr);
    asio::co_spawn(executor(context.get_executor()), entry_point(std::move(body), bottom_frame<Done>(coroutine)),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
#else
    const asio::cancellation_state state(signal.slot(), cancellation_filter(), cancellation_filter());
    coroutine.slot = state.slot();
    const resume_scope scope(&coroutine);
    asio::detail::awaitable_thread<executor> thread(entry_point(std::move(body), bottom_frame<Done>(coroutine)),
                                                    context.get_executor(), signal.slot(), state);
    thread.throw_if_cancelled(false);
    thread.launch();
#endif
}

} // namespace rill::detail
