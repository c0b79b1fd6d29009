#pragma once

#include <cstdint>

namespace bench {

/// The schedule of the events of one stream, and the lateness of each event. Times are in nanoseconds of one clock.
///
/// If a server stalls and creates its events afterwards, the time from the timestamp of an event to its arrival does
/// not show this. Therefore the schedule has fixed ticks. Lateness is the time from the tick to the arrival:
///
/// - The first events define the phase. If an event comes before its tick, an earlier event was late when it defined
/// the phase. Then the schedule moves to the earlier time. Each of the first two events can move it by any amount. Many
/// servers send the first event at once, and the second event at their next tick. A later event can move the schedule
/// by half a period. An event that is even earlier is an extra event.
/// - An event belongs to the oldest open tick. If a server sends late events after a stall, their lateness decreases
/// from event to event.
/// - A server can skip ticks. If the next event arrives at a regular distance and ticks are still open, these ticks
/// will get no event. They count as missed. Their lateness is the time that has elapsed.
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

        /// Returns the lateness that counts for the i-th missed tick.
        std::int64_t lateness(std::uint32_t i, std::int64_t period) const noexcept;
    };
    struct outcome
    {
        /// time from the tick to the arrival; for an extra event, from its creation to the arrival
        std::int64_t lateness = 0;
        bool is_extra = false;
        missed_ticks missed;
    };

    /// Starts the schedule at the head of the response. The first event is due within one period.
    void begin(std::int64_t now, std::int64_t period) noexcept;

    /// Assigns an event to a tick.
    /// @param made  time when the server created the event; equal to `arrived` if that time is unknown
    /// @param period  positive, the same in all calls
    outcome event(std::int64_t made, std::int64_t arrived, std::int64_t period) noexcept;

    /// Returns the ticks that were due until `limit` and have no event at `now`.
    missed_ticks open_ticks(std::int64_t limit, std::int64_t now, std::int64_t period) const noexcept;

    /// Returns the same ticks and closes them, so that no later event belongs to them.
    missed_ticks close_ticks(std::int64_t limit, std::int64_t now, std::int64_t period) noexcept;

    /// Returns the oldest open tick.
    std::int64_t due() const noexcept { return due_; }
    /// Returns the creation time of the last event that has a tick. Before the first event, returns the time of the
    /// response head.
    std::int64_t last_made() const noexcept { return last_made_; }

private:
    std::int64_t count_open_ticks(std::int64_t made, std::int64_t period) const noexcept;

    std::int64_t due_ = 0;
    std::int64_t last_made_ = 0;
    std::uint8_t phase_events_ = 0; ///< number of events that have defined the phase, at most two
    bool has_open_ticks_ = false;   ///< ticks were open after the last event
};

} // namespace bench
