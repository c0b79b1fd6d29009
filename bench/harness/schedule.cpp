#include "harness/schedule.hpp"

#include <algorithm>

namespace bench {

namespace {

constexpr std::uint8_t phase_events = 2;

// Beats are the earliest that was seen, so that a later one is hardly ever early; by so much it may be.
constexpr std::int64_t tolerance(std::int64_t period)
{
    return period / 16;
}

} // namespace

std::int64_t schedule::missed_beats::lateness(std::uint32_t i, std::int64_t period) const noexcept
{
    const auto due = first_due + i * period;
    return due <= seen_by + tolerance(period) ? std::max(seen_by - due, std::int64_t(0)) : known_at - due;
}

void schedule::begin(std::int64_t now, std::int64_t period) noexcept
{
    *this = schedule();
    due_ = now + period;
    last_made_ = now;
}

schedule::outcome schedule::event(std::int64_t made, std::int64_t arrived, std::int64_t period) noexcept
{
    outcome result;
    if (made < due_ && learnt_from_ == phase_events && due_ - made > period / 2) {
        result.lateness = arrived - made;
        result.is_extra = true;
        return result;
    }
    if (is_behind_ && beats_open(made, period) > 0 && made - last_made_ >= period / 2) {
        result.missed = {due_, static_cast<std::uint32_t>(beats_open(made, period)), last_made_, arrived};
        due_ += result.missed.count * period;
    }
    due_ = std::min(due_, made);
    is_behind_ = beats_open(made, period) > 0;
    result.lateness = arrived - due_;
    due_ += period;
    last_made_ = made;
    learnt_from_ = std::min<std::uint8_t>(learnt_from_ + 1, phase_events);
    return result;
}

// How many beats were due after the oldest open one, up to an event that was made then.
std::int64_t schedule::beats_open(std::int64_t made, std::int64_t period) const noexcept
{
    return std::clamp<std::int64_t>((made - due_ + tolerance(period)) / period, 0, UINT32_MAX);
}

schedule::missed_beats schedule::open_beats(std::int64_t limit, std::int64_t now, std::int64_t period) const noexcept
{
    if (due_ > limit) {
        return {};
    }
    const auto count = std::min<std::int64_t>((limit - due_) / period + 1, UINT32_MAX);
    return {due_, static_cast<std::uint32_t>(count), last_made_, now};
}

schedule::missed_beats schedule::close_beats(std::int64_t limit, std::int64_t now, std::int64_t period) noexcept
{
    const auto closed = open_beats(limit, now, period);
    if (closed.count > 0) {
        due_ += closed.count * period;
        is_behind_ = false;
    }
    return closed;
}

} // namespace bench
