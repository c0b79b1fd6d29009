#pragma once

#include <functional>
#include <rill/core/awaitable.hpp>

namespace rill {

/// A coroutine beside the connections, such as one that publishes every second: see server_options::background.
using background_task = std::function<awaitable<>()>;

/// Runs `task` in the background of the worker that the caller runs on, whose executor is `worker`
/// (`co_await boost::asio::this_coro::executor`). It begins inside this call and goes on to its first wait; nobody
/// waits for its end.
///
/// As soon as a shutdown has ended the worker's last connection, `task` is cancelled: what it awaits completes with
/// operation_aborted, and its frame unwinds before server::run() returns. Until then it serves those who are leaving;
/// that the shutdown has begun it learns from `rill::shutdown_signal`. An exception that leaves it is an error in the
/// log, and costs the others nothing. What it refers to must outlive the server.
///
/// Only from the worker's thread.
/// @return false when that cancellation is over: then `task` has not begun, and is gone
bool spawn(const executor& worker, awaitable<> task);

} // namespace rill
