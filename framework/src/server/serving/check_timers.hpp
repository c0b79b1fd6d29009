#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <rill/core/awaitable.hpp>

namespace rill {

/// Checks that the timers of a context fire, by a timer that is due. Asio reports no error if epoll cannot add the
/// descriptor that all timers share. The server would have no heartbeats and no deadlines then. The check takes no
/// time, unless it fails.
///
/// Call it before the context runs anything else, and while it is not stopped. Throws std::system_error with ETIMEDOUT
/// if the timer has not fired within `timeout`.
void check_timers(asio::io_context& context, std::chrono::milliseconds timeout = std::chrono::milliseconds(2'000));

} // namespace rill
