#pragma once

#include <chrono>
#include <cstdint>

namespace rill::detail {

/// The longest time that a client is asked to wait. The timers of browsers and of Node.js hold 31 bits of milliseconds:
/// a client that is given more reconnects at once.
inline constexpr std::chrono::milliseconds max_retry{INT32_MAX};

} // namespace rill::detail
