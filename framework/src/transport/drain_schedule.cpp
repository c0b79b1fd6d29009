#include "transport/drain_schedule.hpp"

#include <algorithm>
#include <cstdint>

namespace rill::transport {

drain_schedule::drain_schedule(std::size_t streams, std::chrono::milliseconds window)
    : streams_(streams), window_(std::clamp(window, std::chrono::milliseconds(0),
                                            std::chrono::milliseconds(static_cast<std::int64_t>(streams))))
{}

std::size_t drain_schedule::due(std::chrono::milliseconds elapsed) const noexcept
{
    if (elapsed >= window_) {
        return streams_;
    }
    const auto share = streams_ * static_cast<std::size_t>(std::max<std::int64_t>(elapsed.count(), 0)) /
                       static_cast<std::size_t>(window_.count());
    return std::min(streams_, share + 1);
}

} // namespace rill::transport
