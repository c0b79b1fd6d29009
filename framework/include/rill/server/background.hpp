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
/// A handler whose client is connected while the server runs is never too late. What still runs after that
/// cancellation, such as another background task on its way out, is: then `task` is destroyed without having begun,
/// which is a warning in the log, too.
///
/// Only from the worker's thread. Throws boost::system::system_error with error::foreign_executor, and destroys `task`,
/// where `worker` is the executor of something else, such as a thread pool. On an io_context that is no worker's, as
/// in a test, an exception that leaves `task` leaves io_context::run().
/// @return true: `task` has begun; false: it came too late. As of task_group::spawn(), it is not to be ignored.
[[nodiscard("false: the task was destroyed without having begun")]] bool spawn(const executor& worker,
                                                                               awaitable<> task);

} // namespace rill
