#pragma once

#include <functional>
#include <rill/core/awaitable.hpp>

namespace rill {

/// Creates a background coroutine, for example one that publishes every second. See server_options::background.
using background_task = std::function<awaitable<>()>;

/// Runs `task` in the background of a worker. The task begins inside this call and runs to its first wait. The caller
/// cannot wait for its end.
///
/// A background coroutine keeps running during the shutdown. It is cancelled after the last connection of its worker
/// has closed. Its pending operation then completes with operation_aborted, and its frame unwinds before server::run()
/// returns. `rill::shutdown_signal` reports that a shutdown has begun. An exception of the task becomes a line in the
/// log and has no other effect. All objects that the task refers to must outlive the server.
///
/// After this cancellation spawn() does not start a task. It destroys `task` and logs a warning. This can happen if the
/// caller is itself a background coroutine. It cannot happen if the caller is a handler whose client is connected.
///
/// Call it only from the worker's thread. For an executor that does not belong to a worker, such as that of a thread
/// pool, spawn() destroys `task` and throws boost::system::system_error with error::foreign_executor. On an io_context
/// without a worker, as in a test, io_context::run() throws the exception of `task`.
/// @param worker  the executor of the caller: `co_await boost::asio::this_coro::executor`
/// @return true if `task` has begun, false if it was destroyed
[[nodiscard("false: the task was destroyed without having begun")]] bool spawn(const executor& worker,
                                                                               awaitable<> task);

} // namespace rill
