#include "harness/client/event_schedule.hpp"

#include <algorithm>

namespace bench {

namespace {

constexpr std::uint8_t max_phase_events = 2;

// The tolerance for early events. It can be small, because the ticks follow the earliest event so far.
constexpr std::int64_t tolerance(std::int64_t period)
{
    return period / 16;
}

} // namespace

std::int64_t event_schedule::missed_ticks::lateness(std::uint32_t i, std::int64_t period) const noexcept
{
    const auto due = first_due + i * period;
    return due <= seen_by + tolerance(period) ? std::max(seen_by - due, std::int64_t(0)) : known_at - due;
}

void event_schedule::begin(std::int64_t now, std::int64_t period) noexcept
{
    *this = event_schedule();
    due_ = now + period;
    last_made_ = now;
}

event_schedule::outcome event_schedule::event(std::int64_t made, std::int64_t arrived, std::int64_t period) noexcept
{
    outcome result;
    if (made < due_ && phase_events_ == max_phase_events && due_ - made > period / 2) {
        result.lateness = arrived - made;
        result.is_extra = true;
        return result;
    }
    if (has_open_ticks_ && count_open_ticks(made, period) > 0 && made - last_made_ >= period / 2) {
        result.missed = {due_, static_cast<std::uint32_t>(count_open_ticks(made, period)), last_made_, arrived};
        due_ += result.missed.count * period;
    }
    due_ = std::min(due_, made);
    has_open_ticks_ = count_open_ticks(made, period) > 0;
    result.lateness = arrived - due_;
    due_ += period;
    last_made_ = made;
    phase_events_ = std::min<std::uint8_t>(phase_events_ + 1, max_phase_events);
    return result;
}

// Returns the number of ticks after the oldest open tick that were due when the event was created.
std::int64_t event_schedule::count_open_ticks(std::int64_t made, std::int64_t period) const noexcept
{
    return std::clamp<std::int64_t>((made - due_ + tolerance(period)) / period, 0, UINT32_MAX);
}

event_schedule::missed_ticks event_schedule::open_ticks(std::int64_t limit, std::int64_t now,
                                                        std::int64_t period) const noexcept
{
    if (due_ > limit) {
        return {};
    }
    const auto count = std::min<std::int64_t>((limit - due_) / period + 1, UINT32_MAX);
    return {due_, static_cast<std::uint32_t>(count), last_made_, now};
}

event_schedule::missed_ticks event_schedule::close_ticks(std::int64_t limit, std::int64_t now,
                                                         std::int64_t period) noexcept
{
    const auto closed = open_ticks(limit, now, period);
    if (closed.count > 0) {
        due_ += closed.count * period;
        has_open_ticks_ = false;
    }
    return closed;
}

} // namespace bench
