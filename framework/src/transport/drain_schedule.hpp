#pragma once

#include <chrono>
#include <cstddef>

namespace rill::transport {

/// The times at which a shutdown ends the streams. They are spread evenly over a window, so that the clients do not all
/// reconnect at the same time. The window is at most one millisecond per stream. This class uses no I/O and no clock.
class drain_schedule
{
public:
    drain_schedule() = default;
    drain_schedule(std::size_t streams, std::chrono::milliseconds window);

    /// Number of streams that must have ended after the time `elapsed`. It is at least one at the beginning, and all
    /// streams after window().
    std::size_t due(std::chrono::milliseconds elapsed) const noexcept;

    std::chrono::milliseconds window() const noexcept { return window_; }

private:
    std::size_t streams_ = 0;
    std::chrono::milliseconds window_{0};
};

} // namespace rill::transport
