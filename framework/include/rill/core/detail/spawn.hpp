#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <exception>
#include <rill/core/awaitable.hpp>

namespace rill::detail {

/// Told once when a spawned coroutine has ended and its frame is gone; `error` holds what it threw.
using spawn_done = void (*)(void* context, std::exception_ptr error);

/// Runs `body` as a coroutine of its own on `context`, starting inside this call. Cancelled through `slot` (terminal only).
///
/// Does what asio::co_spawn does for a caller that already is on the right thread, for about a third of its memory per
/// coroutine (see docs/rationale/own-entry-coroutine.md).
void spawn(asio::io_context& context, awaitable<> body, asio::cancellation_slot slot, spawn_done done, void* done_context);

} // namespace rill::detail
