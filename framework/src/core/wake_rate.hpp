#pragma once

#include <algorithm>
#include <chrono>

namespace rill::detail {

/// Decides whether messages wake a worker so often that it should wait and take several of them at once.
class wake_rate
{
public:
    using clock = std::chrono::steady_clock;

    void set_window(clock::duration window) noexcept { window_ = window; }
    clock::duration window() const noexcept { return window_; }

    /// Call this when messages have woken the worker.
    /// @return whether the next messages should wait for a window
    bool on_wake(clock::time_point now) noexcept
    {
        const bool soon = now - last_ < window_ / 2;
        last_ = now;
        soon_ = soon ? std::min(soon_ + 1, enough) : std::max(soon_ - 2, 0);
        return soon_ == enough;
    }

    /// Call this at the end of a window without messages. The next messages then wake the worker.
    void on_quiet_window() noexcept { soon_ = enough / 2; }

private:
    static constexpr int enough = 16; // two messages of a short burst must not make a third one wait

    clock::duration window_{0};
    clock::time_point last_;
    int soon_ = 0; ///< wake-ups that followed their predecessor soon, minus two for each other one
};

} // namespace rill::detail
