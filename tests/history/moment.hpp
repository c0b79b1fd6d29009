#pragma once

#include <chrono>
#include <cstdint>

namespace history {

/// A time. Only the order of the times counts. 0: not known.
using moment = std::uint64_t;

inline moment now()
{
    return static_cast<moment>(std::chrono::steady_clock::now().time_since_epoch().count());
}

} // namespace history
