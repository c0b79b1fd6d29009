#pragma once

#include <cstdint>

namespace bench {

/// The schedule of the events of one stream, and the lateness of each event. Times are in nanoseconds of one clock.
///
/// The difference between the timestamp of an event and its arrival does not show a server that stalls and creates its
/// events afterwards. Therefore the schedule has fixed ticks, and lateness is the time from the tick to the arrival:
///
/// - The first events define the phase. An event before its tick moves the schedule forward, because the phase came
///   from a late event. Each of the first two events can move it by any amount, because many servers send the first
///   event at once and the second event with their next tick. A later event can move it by half a period. An event
///   that is even earlier is an extra event.
/// - An event belongs to the oldest open tick. The lateness of a server that catches up after a stall decreases from
///   event to event.
/// - A server can skip ticks instead. The next event that arrives at a regular distance and leaves ticks open proves
///   it: these ticks will get no event. They count as missed, and the elapsed time counts as their lateness.
class event_schedule
{
public:
    /// Ticks that get no event.
    struct missed_ticks
    {
        std::int64_t first_due = 0;
        std::uint32_t count = 0;
        std::int64_t seen_by = 0; ///< creation time of the last event before the gap
        std::int64_t known_at = 0;

        /// The lateness that counts for the i-th missed tick.
        std::int64_t lateness(std::uint32_t i, std::int64_t period) const noexcept;
    };
    struct outcome
    {
        std::int64_t lateness = 0; ///< from the tick to the arrival; for an extra event, from its creation
        bool is_extra = false;
        missed_ticks missed;
    };

    /// Starts the schedule at the head of the response. The first event is due within one period.
    void begin(std::int64_t now, std::int64_t period) noexcept;

    /// Assigns an event to a tick.
    /// @param made   when the server created the event; equal to `arrived` when that is not known
    /// @param period positive, the same in all calls
    outcome event(std::int64_t made, std::int64_t arrived, std::int64_t period) noexcept;

    /// The ticks that were due until `limit` and have no event at `now`.
    missed_ticks open_ticks(std::int64_t limit, std::int64_t now, std::int64_t period) const noexcept;

    /// The same ticks. Also closes them, so that no later event belongs to them.
    missed_ticks close_ticks(std::int64_t limit, std::int64_t now, std::int64_t period) noexcept;

    /// The oldest open tick.
    std::int64_t due() const noexcept { return due_; }
    /// When the last event with a tick was created, or when the response began.
    std::int64_t last_made() const noexcept { return last_made_; }

private:
    std::int64_t count_open_ticks(std::int64_t made, std::int64_t period) const noexcept;

    std::int64_t due_ = 0;
    std::int64_t last_made_ = 0;
    std::uint8_t phase_events_ = 0; ///< number of events that have defined the phase, at most two
    bool has_open_ticks_ = false;   ///< ticks were open after the last event
};

} // namespace bench
