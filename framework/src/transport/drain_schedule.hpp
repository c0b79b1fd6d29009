#pragma once

#include <chrono>
#include <cstddef>

namespace rill::transport {

/// When a shutdown ends which of many streams: evenly over a window, so that their clients do not come back all at
/// once. A millisecond for each stream is enough, however long the window may be: a few end at once. Pure.
class drain_schedule
{
public:
    drain_schedule() = default;
    drain_schedule(std::size_t streams, std::chrono::milliseconds window);

    /// How many streams have ended after `passed`: at least one from the beginning, all from window() on.
    std::size_t due(std::chrono::milliseconds passed) const noexcept;

    std::chrono::milliseconds window() const noexcept { return window_; }

private:
    std::size_t streams_ = 0;
    std::chrono::milliseconds window_{0};
};

} // namespace rill::transport
