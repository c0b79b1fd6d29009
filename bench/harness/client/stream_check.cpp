#include "harness/client/stream_check.hpp"

#include <algorithm>

namespace bench {

namespace {

// A number in `data` is a timestamp if it is at most an hour before or after the present time.
constexpr std::int64_t max_clock_distance = 3'600'000'000'000;

std::optional<std::int64_t> as_time(std::optional<std::uint64_t> number, std::int64_t now)
{
    const auto is_time = number && *number > static_cast<std::uint64_t>(now - max_clock_distance) &&
                         *number < static_cast<std::uint64_t>(now + max_clock_distance);
    return is_time ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

} // namespace

std::optional<failure> stream_check::feed(std::string_view bytes, std::int64_t now, check_context& context)
{
    context.counters.bytes.add(bytes.size());
    for (;;) {
        std::string_view body;
        switch (response_.next(bytes, body)) {
        case response_scanner::step::more:
            return std::nullopt;
        case response_scanner::step::head:
            if (const auto bad = check_head(now, context)) {
                return bad;
            }
            break;
        case response_scanner::step::body:
            while (events_.next(body)) {
                check_event(now, context);
            }
            break;
        case response_scanner::step::end:
            return failure::ended;
        case response_scanner::step::malformed:
            return failure::not_http;
        }
    }
}

std::optional<failure> stream_check::check_head(std::int64_t now, check_context& context)
{
    if (response_.status() != 200) {
        return failure::not_200;
    }
    if (!response_.is_event_stream()) {
        return failure::not_event_stream;
    }
    if (context.period > 0) {
        schedule_.begin(now, context.period);
    }
    return std::nullopt;
}

void stream_check::check_event(std::int64_t now, check_context& context)
{
    context.counters.events.add();
    if (!has_event_) {
        has_event_ = true;
        context.counters.with_events.add();
    }
    if (context.measures(now)) {
        ++context.window.events;
    }
    const auto made = as_time(events_.data(), now);
    if (awaits_first_event_after_reconnect_) {
        check_reconnect(made.value_or(now), context);
    }
    check_numbers(made, context);
    check_tick(made, now, context);
}

// Without ids, the timestamps must show repeated and reordered events.
void stream_check::check_numbers(std::optional<std::int64_t> made, check_context& context)
{
    if (const auto id = events_.id(); id && context.ids != id_rule::ignored) {
        has_ids_ = true;
        check_id(*id, context);
    } else if (made && !has_ids_) {
        check_number(static_cast<std::uint64_t>(*made), false, context);
    }
}

void stream_check::check_id(std::uint64_t id, check_context& context)
{
    const auto phase = static_cast<std::uint32_t>(id % context.id_step);
    if (!sequence_.has_begun()) {
        id_phase_ = phase;
    } else if (phase != id_phase_) {
        context.counters.misdirected.add();
        return;
    }
    check_number(id / context.id_step, context.ids == id_rule::dense, context);
}

// Counts the events that were due while the stream was disconnected. With ids, a gap shows these events. But the server
// may have started the ids again.
void stream_check::check_reconnect(std::int64_t made, check_context& context)
{
    awaits_first_event_after_reconnect_ = false;
    if (const auto id = events_.id(); has_ids_ && id) {
        if (*id / context.id_step <= sequence_.highest()) {
            sequence_ = {};
            context.counters.restarted_ids.add();
        }
    } else if (context.period > 0 && last_made_ > 0) {
        const auto ticks = (made - last_made_ + context.period / 2) / context.period;
        context.counters.missed_while_disconnected.add(
            static_cast<std::uint64_t>(std::max<std::int64_t>(ticks - 1, 0)));
    }
}

void stream_check::check_number(std::uint64_t number, bool is_dense, check_context& context)
{
    const auto found = is_dense ? sequence_.check(number) : sequence_.check_order(number);
    if (found.what == sequence_check::verdict::repeated) {
        context.counters.repeated.add();
    } else if (found.what == sequence_check::verdict::out_of_order) {
        context.counters.out_of_order.add();
    }
    if (found.missing > 0) {
        const auto missing = std::min<std::uint64_t>(found.missing, UINT32_MAX - lost_ids_);
        lost_ids_ += static_cast<std::uint32_t>(missing);
        context.counters.lost_ids.add(missing);
        count_lost(context);
    } else if (found.was_missing && lost_ids_ > 0) { // the event was late but not lost
        --lost_ids_;
        context.counters.lost_ids.subtract();
        count_lost(context);
    }
}

void stream_check::check_tick(std::optional<std::int64_t> made, std::int64_t now, check_context& context)
{
    const bool measures = context.measures(now);
    if (!made) {
        context.counters.without_time.add();
    } else if (measures) {
        context.window.delivery.add(now - *made);
    }
    if (context.period > 0) {
        const auto outcome = schedule_.event(made.value_or(now), now, context.period);
        if (outcome.is_extra) {
            context.counters.extra.add();
        }
        // With dense ids, the ids show which events are lost, because a server may skip ticks after a stall.
        count_missed(outcome.missed, !(has_ids_ && context.ids == id_rule::dense), context);
        if (measures) {
            context.window.lateness.add(outcome.lateness);
        }
    } else if (made && measures) {
        context.window.lateness.add(now - *made);
    }
}

void stream_check::end_measurement(std::int64_t grace, check_context& context)
{
    if (context.period == 0 || !has_head()) {
        return;
    }
    const auto end = context.until;
    count_missed(schedule_.close_ticks(end - grace, end, context.period), true, context);
    const auto open = schedule_.open_ticks(end, end, context.period);
    for (std::uint32_t i = 0; i < open.count; ++i) {
        context.window.lateness.add(open.lateness(i, context.period));
    }
}

// Ticks before the start of the measurement do not count.
void stream_check::count_missed(const event_schedule::missed_ticks& missed, bool are_lost, check_context& context)
{
    for (std::uint32_t i = 0; i < missed.count; ++i) {
        const auto due = missed.first_due + i * context.period;
        if (due >= context.from && due < context.until) {
            context.window.lateness.add(missed.lateness(i, context.period));
            context.counters.missed_ticks.add();
            lost_ticks_ += are_lost ? 1 : 0;
        }
    }
    count_lost(context);
}

// A skipped id usually causes a tick without an event. Such an event must not count twice.
void stream_check::count_lost(check_context& context)
{
    const auto lost = std::max(lost_ids_, lost_ticks_);
    if (lost > lost_) {
        context.counters.lost.add(lost - lost_);
    } else if (lost < lost_) {
        context.counters.lost.subtract(lost_ - lost);
    }
    lost_ = lost;
}

void stream_check::reconnect() noexcept
{
    last_made_ = has_event_ ? schedule_.last_made() : last_made_;
    awaits_first_event_after_reconnect_ = true;
    response_ = {};
    events_ = {};
    schedule_ = {};
    has_event_ = false;
}

std::optional<std::uint64_t> stream_check::last_id(const check_context& context) const noexcept
{
    return has_ids_ ? std::optional(sequence_.highest() * context.id_step + id_phase_) : std::nullopt;
}

} // namespace bench
