#pragma once

#include <boost/version.hpp>
#include <exception>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <utility>

#if !defined(RILL_PUBLIC_CO_SPAWN) && (BOOST_VERSION < 108100 || BOOST_VERSION > 108800)
#define RILL_PUBLIC_CO_SPAWN // Asio's internals were not looked at in this version: stay with its public interface
#endif

#if defined(RILL_PUBLIC_CO_SPAWN)
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#endif

namespace rill::detail {

/// Told once when a spawned coroutine has ended and its frame is gone; `error` holds what it threw.
using spawn_done = void (*)(spawned_coroutine& coroutine, const std::exception_ptr& error);

#if !defined(RILL_PUBLIC_CO_SPAWN)

/// The bottom of the coroutine's stack. Everything in its frame is paid for by each stream, hence the template
/// parameter.
template <spawn_done Done>
asio::awaitable<asio::detail::awaitable_thread_entry_point, executor> entry_point(awaitable<> body,
                                                                                  spawned_coroutine& coroutine)
{
    try {
        co_await std::move(body);
    } catch (...) {
        Done(coroutine, std::current_exception());
        co_return;
    }
    Done(coroutine, nullptr);
}

#endif

/// Runs `body` as a coroutine of its own on `context`, starting inside this call. `coroutine` must live until it is
/// done. Cancelled by cancel(signal, coroutine), terminal only.
///
/// Does what asio::co_spawn does for a caller that already is on the right thread, for about a third of its memory per
/// coroutine (see docs/rationale/own-entry-coroutine.md).
template <spawn_done Done>
void spawn(asio::io_context& context, awaitable<> body, asio::cancellation_signal& signal, spawned_coroutine& coroutine)
{
#if defined(RILL_PUBLIC_CO_SPAWN)
    coroutine.slot = {};
    coroutine.waiting = nullptr;
    const resuming nobody(nullptr);
    asio::co_spawn(context.get_executor(), std::move(body),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&coroutine](const std::exception_ptr& error) { Done(coroutine, error); }));
#else
    const asio::cancellation_state state(signal.slot());
    coroutine.slot = state.slot();
    coroutine.waiting = nullptr;
    const resuming it(&coroutine);
    asio::detail::awaitable_thread<executor>(entry_point<Done>(std::move(body), coroutine), context.get_executor(),
                                             signal.slot(), state)
        .launch();
#endif
}

} // namespace rill::detail
