#include "harness/stream_check.hpp"

#include <algorithm>

namespace bench {

namespace {

// A number in `data` is taken for a time if it is not far from now.
constexpr std::int64_t far = 3'600'000'000'000;

std::optional<std::int64_t> as_time(std::optional<std::uint64_t> number, std::int64_t now)
{
    const auto is_time =
        number && *number > static_cast<std::uint64_t>(now - far) && *number < static_cast<std::uint64_t>(now + far);
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
        beats_.begin(now, context.period);
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
    if (is_back_) {
        check_return(made.value_or(now), context);
    }
    check_numbers(made, context);
    check_beat(made, now, context);
}

// Without ids the times tell what is repeated or out of order.
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

// What should have come while the stream was away. With ids a gap tells it, unless the server begins anew.
void stream_check::check_return(std::int64_t made, check_context& context)
{
    is_back_ = false;
    if (const auto id = events_.id(); has_ids_ && id) {
        if (*id / context.id_step <= sequence_.highest()) {
            sequence_ = {};
            context.counters.restarted.add();
        }
    } else if (context.period > 0 && last_made_ > 0) {
        const auto beats = (made - last_made_ + context.period / 2) / context.period;
        context.counters.away.add(static_cast<std::uint64_t>(std::max<std::int64_t>(beats - 1, 0)));
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
    } else if (found.was_missing && lost_ids_ > 0) { // it was only late
        --lost_ids_;
        context.counters.lost_ids.subtract();
        count_lost(context);
    }
}

void stream_check::check_beat(std::optional<std::int64_t> made, std::int64_t now, check_context& context)
{
    const bool measures = context.measures(now);
    if (!made) {
        context.counters.without_time.add();
    } else if (measures) {
        context.window.delivery.add(now - *made);
    }
    if (context.period > 0) {
        const auto outcome = beats_.event(made.value_or(now), now, context.period);
        if (outcome.is_extra) {
            context.counters.extra.add();
        }
        // With ids, those tell whether anything was lost: a server may well leave out beats after a stall.
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
    count_missed(beats_.close_beats(end - grace, end, context.period), true, context);
    const auto open = beats_.open_beats(end, end, context.period);
    for (std::uint32_t i = 0; i < open.count; ++i) {
        context.window.lateness.add(open.lateness(i, context.period));
    }
}

// What was due before the measurement is not its business.
void stream_check::count_missed(const schedule::missed_beats& missed, bool are_lost, check_context& context)
{
    for (std::uint32_t i = 0; i < missed.count; ++i) {
        const auto due = missed.first_due + i * context.period;
        if (due >= context.from && due < context.until) {
            context.window.lateness.add(missed.lateness(i, context.period));
            context.counters.missed_beats.add();
            lost_beats_ += are_lost ? 1 : 0;
        }
    }
    count_lost(context);
}

// An id that was left out is usually a beat without an event, too: not to be counted twice.
void stream_check::count_lost(check_context& context)
{
    const auto lost = std::max(lost_ids_, lost_beats_);
    if (lost > lost_) {
        context.counters.lost.add(lost - lost_);
    } else if (lost < lost_) {
        context.counters.lost.subtract(lost_ - lost);
    }
    lost_ = lost;
}

void stream_check::reconnect() noexcept
{
    last_made_ = has_event_ ? beats_.last_made() : last_made_;
    is_back_ = true;
    response_ = {};
    events_ = {};
    beats_ = {};
    has_event_ = false;
}

std::optional<std::uint64_t> stream_check::last_id(const check_context& context) const noexcept
{
    return has_ids_ ? std::optional(sequence_.highest() * context.id_step + id_phase_) : std::nullopt;
}

} // namespace bench
