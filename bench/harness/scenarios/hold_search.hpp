#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace bench {

/// Chooses the measurements that find a number of streams which the machine holds. It begins with all open streams. If
/// the CPU cannot hold a number, a part of the streams is closed, and a short probe follows. After a probe that held,
/// the number is measured for the whole time. This class closes no streams.
class hold_search
{
public:
    enum class attempt : std::uint8_t
    {
        probe,  ///< a short measurement
        measure ///< a measurement of the whole length
    };

    /// @param is_limited  the CPU has already limited the opening of the streams
    explicit hold_search(bool is_limited) : next_(is_limited ? attempt::probe : attempt::measure) {}

    /// Returns the next attempt. Empty if the search has ended.
    std::optional<attempt> next() const noexcept { return next_; }

    /// Records the result of next().
    /// @param is_limited  the CPU was fully used
    void record(bool has_held, bool is_limited) noexcept;

    /// Whether a part of the streams must be closed before the next attempt.
    bool closes() const noexcept { return closes_; }

    static constexpr std::size_t max_attempts = 10;
    static constexpr double closed_share = 0.15; ///< share of the live streams that is closed

private:
    std::optional<attempt> next_;
    bool closes_ = false;
    std::size_t attempts_ = 0;
};

} // namespace bench
