#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <rill/core/awaitable.hpp>

namespace rill {

/// Checks that the timers of a context fire. It starts a timer that is already due. All timers share one descriptor,
/// and Asio reports no error if epoll cannot add this descriptor. Then the server would have no heartbeats and no
/// deadlines. The check takes no time, unless it fails.
///
/// Call this function before the context runs anything else, and while it is not stopped. Throws std::system_error with
/// ETIMEDOUT if the timer has not fired within `timeout`.
void check_timers(asio::io_context& context, std::chrono::milliseconds timeout = std::chrono::milliseconds(2'000));

} // namespace rill
