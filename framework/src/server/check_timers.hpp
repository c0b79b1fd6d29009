#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <rill/core/awaitable.hpp>

namespace rill {

/// Waits for a timer of Asio's that is due. Where epoll has no room for the descriptor that all of them go by, Asio
/// does not say so: that would be a server without heartbeats and deadlines. Takes no time, unless it fails.
///
/// Before anything else of the context runs; it must not have been stopped. Throws std::runtime_error when nothing was
/// heard within `patience`.
void check_timers(asio::io_context& context, std::chrono::milliseconds patience = std::chrono::milliseconds(2'000));

} // namespace rill
