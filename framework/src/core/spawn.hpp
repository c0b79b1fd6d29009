#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/version.hpp>
#include <exception>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <utility>

#include "core/coroutine_cancellation.hpp"
#include "core/unwinder.hpp"

#if !defined(RILL_PUBLIC_CO_SPAWN) && (BOOST_VERSION < 108100 || BOOST_VERSION > 108800)
#define RILL_PUBLIC_CO_SPAWN // the internals of this Asio version are unknown: use the public interface
#endif

#if defined(RILL_PUBLIC_CO_SPAWN)
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#endif

namespace rill::detail {

/// Calls Done when the coroutine has ended, or when the unwinder has destroyed it.
template <spawn_done Done>
class spawn_end
{
public:
    explicit spawn_end(spawned_coroutine& coroutine) noexcept : coroutine_(&coroutine) {}
    spawn_end(spawn_end&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    spawn_end& operator=(spawn_end&&) = delete;
    ~spawn_end()
    {
        if (coroutine_ != nullptr) {
            destroyed(*coroutine_, Done);
        }
    }

    spawned_coroutine* coroutine() const noexcept { return coroutine_; }

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
awaitable<> entry_point(awaitable<> body, spawn_end<Done> bottom)
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

/// The rill part of the bottom frame of a coroutine.
template <spawn_done Done>
class bottom_frame
{
public:
    bottom_frame(spawned_coroutine& coroutine, coroutine_cancellation*& address) noexcept
        : end_(coroutine), cancellation_(address)
    {}
    bottom_frame(bottom_frame&&) noexcept = default;
    bottom_frame& operator=(bottom_frame&&) = delete;
    ~bottom_frame() { disconnect(); }

    void done(const std::exception_ptr& error)
    {
        disconnect();
        end_.done(error);
    }

private:
    void disconnect() noexcept
    {
        if (auto* coroutine = end_.coroutine(); coroutine != nullptr && coroutine->slot.is_connected()) {
            coroutine->slot = {};
            cancellation_.disconnect();
        }
    }

    spawn_end<Done> end_;
    coroutine_cancellation cancellation_;
};

/// The body of the coroutine that spawn() starts. It is not a parameter of entry_point(), because a parameter would
/// stay in the frame of each coroutine.
inline thread_local awaitable<>* body_to_start = nullptr;

/// The bottom frame of the coroutine. `Done` is a template parameter and not a member, to save memory in each stream.
template <spawn_done Done>
asio::awaitable<asio::detail::awaitable_thread_entry_point, executor> entry_point(bottom_frame<Done> bottom)
{
    try {
        co_await std::move(*body_to_start);
    } catch (...) {
        bottom.done(std::current_exception());
        co_return;
    }
    bottom.done(nullptr);
}

#endif

/// Runs `body` as a coroutine on `context`. The coroutine starts inside this call. The object `coroutine` must exist
/// until `body` has ended. cancel(timers, coroutine) cancels it. Only terminal cancellation is possible. After
/// a cancellation, a co_await does not throw automatically: see unwinder.
///
/// Call this function only from the thread of `context`. It has the same effect as asio::co_spawn, but needs about a
/// third of the memory for each coroutine (see docs/rationale/own-entry-coroutine.md).
template <spawn_done Done>
void spawn(asio::io_context& context, awaitable<> body, spawned_coroutine& coroutine)
{
    coroutine.waiting = nullptr;
    coroutine.slot = {};
#if defined(RILL_PUBLIC_CO_SPAWN)
    const resume_scope none(nullptr);
    const auto cancellation = std::make_shared<public_cancellation>(coroutine);
    asio::co_spawn(
        executor(context.get_executor()), entry_point(std::move(body), spawn_end<Done>(coroutine)),
        asio::bind_cancellation_slot(cancellation->signal.slot(), [cancellation](const std::exception_ptr&) {}));
#else
    coroutine_cancellation* cancellation = nullptr;
    auto entry = entry_point(bottom_frame<Done>(coroutine, cancellation));
    const auto state = cancellation->connect(); // it has moved to the frame
    coroutine.slot = state.slot();
    const resume_scope scope(&coroutine);
    asio::detail::awaitable_thread<executor> thread(std::move(entry), context.get_executor(),
                                                    cancellation->parent_slot(), state);
    thread.throw_if_cancelled(false);
    body_to_start = &body;
    thread.launch();
#endif
}

} // namespace rill::detail
