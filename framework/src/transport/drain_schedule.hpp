#pragma once

#include <chrono>
#include <cstddef>

namespace rill::transport {

/// The times at which a shutdown ends the streams: evenly over a window, so that their clients do not come back all at
/// once. The window is at most one millisecond per stream. Without I/O and clock.
class drain_schedule
{
public:
    drain_schedule() = default;
    drain_schedule(std::size_t streams, std::chrono::milliseconds window);

    /// Number of streams that must have ended after the time `elapsed`: at least one from the beginning, all of them
    /// after window().
    std::size_t due(std::chrono::milliseconds elapsed) const noexcept;

    std::chrono::milliseconds window() const noexcept { return window_; }

private:
    std::size_t streams_ = 0;
    std::chrono::milliseconds window_{0};
};

} // namespace rill::transport
