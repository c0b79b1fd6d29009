#pragma once

#include <chrono>
#include <cstdint>
#include <rill/http/limits.hpp>

namespace rill::transport {

/// How long a client may have taken for so many bytes of a body, by the minimum rate; for ever where there is none.
inline std::chrono::milliseconds time_by_rate(const connection_limits& limits, std::uint64_t received) noexcept
{
    if (limits.body_min_rate == 0) {
        return std::chrono::milliseconds::max();
    }
    return limits.body_grace + std::chrono::milliseconds(received * 1000 / limits.body_min_rate);
}

} // namespace rill::transport
