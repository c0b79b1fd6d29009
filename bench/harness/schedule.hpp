#pragma once

#include <cstdint>

namespace bench {

/// The beat that one stream's events should keep, and how far behind it they are. Times are in ns, of one clock.
///
/// A server that stalls and stamps its events afterwards looks punctual if one only compares each event's timestamp
/// with its arrival. So the beat is laid down first, and lateness is counted from the beat:
///
/// - The phase comes from the first events. An event that comes before its beat shifts the beat forward, as the phase
///   was learnt from an event that was late itself. The first two may do so by any amount (many servers send the first
///   at once and the second with their next tick), later ones by half a period: what comes even earlier is an extra
///   event.
/// - An event belongs to the oldest beat that is still open: so a server that makes up for a stall is late less and
/// less.
/// - A server that left beats out instead is found out by the next event that comes a regular distance later and
///   still finds beats open: those will not come any more. They count as missed, and the time that passed counts as
///   their lateness.
class schedule
{
public:
    /// Beats for which no event will come.
    struct missed_beats
    {
        std::int64_t first_due = 0;
        std::uint32_t count = 0;
        std::int64_t seen_by = 0; ///< when the event came that stood for those due until then
        std::int64_t known_at = 0;

        /// The lateness that the i-th of them stands for.
        std::int64_t lateness(std::uint32_t i, std::int64_t period) const noexcept;
    };
    struct outcome
    {
        std::int64_t lateness = 0; ///< from the beat, or for an extra event from when it was made, to its arrival
        bool is_extra = false;
        missed_beats missed;
    };

    /// The response has begun: the first event is due within a period.
    void begin(std::int64_t now, std::int64_t period) noexcept;

    /// @param made    when the server made the event; `arrived` when that is not known
    /// @param period  the same in all calls, positive
    outcome event(std::int64_t made, std::int64_t arrived, std::int64_t period) noexcept;

    /// The beats that were due until `limit` and have not come at `now`.
    missed_beats open_beats(std::int64_t limit, std::int64_t now, std::int64_t period) const noexcept;

    /// The same, and closes them: nothing is expected for them any more.
    missed_beats close_beats(std::int64_t limit, std::int64_t now, std::int64_t period) noexcept;

    /// The oldest beat that is open.
    std::int64_t due() const noexcept { return due_; }
    /// When the last event was made that belongs to a beat, or the response began.
    std::int64_t last_made() const noexcept { return last_made_; }

private:
    std::int64_t beats_open(std::int64_t made, std::int64_t period) const noexcept;

    std::int64_t due_ = 0;
    std::int64_t last_made_ = 0;
    std::uint8_t learnt_from_ = 0; ///< events, up to two
    bool is_behind_ = false;       ///< the last event left beats open
};

} // namespace bench
