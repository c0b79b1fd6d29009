#pragma once

#include <functional>
#include <rill/core/awaitable.hpp>

namespace rill {

/// Makes a background coroutine, such as one that publishes every second: see server_options::background.
using background_task = std::function<awaitable<>()>;

/// Runs `task` in the background of a worker. The task begins inside this call and runs to its first wait. Nothing
/// waits for its end.
///
/// A background coroutine keeps running during shutdown. It is cancelled after its worker's last connection has closed:
/// the operation that it waits for completes with operation_aborted, and its frame unwinds before server::run()
/// returns. `rill::shutdown_signal` reports that a shutdown has begun. An exception that leaves it becomes a line of
/// the log, and affects nothing else. All objects that the task refers to must outlive the server.
///
/// After the cancellation no task is started: `task` is destroyed without having begun, and the log has a warning. This
/// can happen to a background coroutine that is itself cancelled. It cannot happen to a handler with a connected
/// client.
///
/// Call it only from the worker's thread. Throws boost::system::system_error with error::foreign_executor, and destroys
/// `task`, if `worker` is the executor of anything else, such as a thread pool. On an io_context without a worker, as
/// in a test, an exception that leaves `task` leaves io_context::run().
/// @param worker  the executor of the caller: `co_await boost::asio::this_coro::executor`
/// @return true: `task` has begun; false: it was destroyed
[[nodiscard("false: the task was destroyed without having begun")]] bool spawn(const executor& worker,
                                                                               awaitable<> task);

} // namespace rill
