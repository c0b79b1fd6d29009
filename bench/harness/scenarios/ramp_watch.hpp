#pragma once

#include <cstdint>
#include <deque>

namespace bench {

/// The state of the opening of streams at one time.
struct ramp_sample
{
    double seconds = 0;         ///< since the start
    std::uint64_t answered = 0; ///< number of streams that have a response head
    double busy = 0;            ///< share of the CPU time of the machine, since the last sample
};

struct ramp_limits
{
    double per_second = 0;    ///< planned number of streams per second; 0: as fast as possible
    double max_seconds = 0;   ///< maximum length of the ramp; 0: no limit
    double busy_share = 0.95; ///< above this share, the CPU limits the machine; 1: never
    double window = 10;       ///< length of the interval that decides, in seconds
};

/// Decides from samples whether the CPU limits the opening of streams, and when to stop. This class has no clock.
class ramp_watch
{
public:
    enum class verdict : std::uint8_t
    {
        open,    ///< the streams are opened as planned, or the CPU is not the cause
        limited, ///< the CPU is fully used, and less than half of the expected streams are opened
        stalled, ///< the CPU is fully used, and almost no streams are opened: stop
        expired  ///< the time has passed: stop
    };

    explicit ramp_watch(const ramp_limits& limits) : limits_(limits) {}

    /// Adds the next sample. After `stalled` or `expired`, the verdict does not change.
    verdict add(const ramp_sample& next);

    /// Whether the CPU was fully used in the last interval.
    bool is_busy() const noexcept { return busy_ > limits_.busy_share; }
    /// The share of CPU time in the last interval.
    double busy() const noexcept { return busy_; }
    /// Streams per second in the last interval.
    double per_second() const noexcept { return per_second_; }
    /// The planned number of streams per second, or else the highest number so far.
    double expected_per_second() const noexcept { return limits_.per_second > 0 ? limits_.per_second : best_; }

private:
    verdict decide(double seconds) const;

    ramp_limits limits_;
    std::deque<ramp_sample> samples_{ramp_sample{}}; ///< the samples of the last interval, and one before it
    double busy_ = 0;
    double per_second_ = 0;
    double best_ = 0;
    verdict last_ = verdict::open;
};

} // namespace bench
