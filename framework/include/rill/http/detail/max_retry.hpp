#pragma once

#include <chrono>
#include <cstdint>

namespace rill::detail {

/// The longest reconnection time. The timers of browsers and of Node.js have 31 bits of milliseconds. With a longer
/// time, a client reconnects at once.
inline constexpr std::chrono::milliseconds max_retry{INT32_MAX};

} // namespace rill::detail
