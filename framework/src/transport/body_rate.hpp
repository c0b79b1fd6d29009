#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rill::transport {

/// The maximum time in which a client must send or read `bytes` of a body.
/// @param min_rate in bytes per second; 0 allows any time
/// @param grace    additional time
inline std::chrono::milliseconds time_by_rate(std::size_t min_rate, std::chrono::milliseconds grace,
                                              std::uint64_t bytes) noexcept
{
    if (min_rate == 0) {
        return std::chrono::milliseconds::max();
    }
    return grace + std::chrono::milliseconds(bytes * 1000 / min_rate);
}

} // namespace rill::transport
