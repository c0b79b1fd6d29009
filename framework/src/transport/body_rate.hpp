#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rill::transport {

/// How long a client may have taken for so many bytes of a body, by a minimum rate in bytes per second; for ever where
/// that is 0.
inline std::chrono::milliseconds time_by_rate(std::size_t min_rate, std::chrono::milliseconds grace,
                                              std::uint64_t bytes) noexcept
{
    if (min_rate == 0) {
        return std::chrono::milliseconds::max();
    }
    return grace + std::chrono::milliseconds(bytes * 1000 / min_rate);
}

} // namespace rill::transport
