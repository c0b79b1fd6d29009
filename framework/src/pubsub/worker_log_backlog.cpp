// Streams that are behind: what they are still to get, and what becomes of them.

#include "pubsub/worker_log.hpp"

#include <algorithm>

namespace rill::pubsub::detail {

namespace {

// The cursor moves on; what the client had asked for does not count as a backlog.
void pass(backlog& b, const event_log::found_event& e) noexcept
{
    b.place.seen = e.sequence;
    if (e.sequence > b.asked_for) {
        b.events -= std::min<std::uint64_t>(b.events, 1);
        b.bytes -= std::min<std::uint64_t>(b.bytes, e.event.footprint());
    }
}

} // namespace

// How many of the events that came are there still is not known of a topic in which newer ones replace older ones:
// there what is held is the limit. One event may wait, whatever its size: a client that reads gets it.
bool worker_log::exceeds_limits(const subscriber& s) const noexcept
{
    const auto& limits = options_of(s).backlog;
    const auto& b = *s.behind;
    return !s.wanted->conflates && (b.events > limits.events || (b.events > 1 && b.bytes > limits.bytes));
}

backlog& worker_log::place(subscriber& s, event_log::beginning start)
{
    auto& b = fall_behind(s, start.place.seen);
    b.place = start.place;
    b.asked_for = start.newest;
    b.notice = std::move(start.gap);
    b.past = std::move(start.past);
    if (b.past) {
        b.past->owner = &s;
    }
    return b;
}

backlog& worker_log::fall_behind(subscriber& s, std::uint64_t seen)
{
    if (!s.behind) {
        s.behind = std::make_unique<backlog>();
        s.behind->owner = &s;
    }
    s.behind->place = {.seen = seen, .told = seen};
    s.behind->asked_for = seen;
    return *s.behind;
}

bool worker_log::block(subscriber& s, std::size_t bytes)
{
    s.now = subscriber::state::waiting;
    if (!log_->hold_unsent(bytes)) {
        evict(s, slow_reason::unsent);
        return false;
    }
    s.behind->unsent = bytes;
    if (exceeds_limits(s) && options_of(s).slow == slow_policy::disconnect) {
        evict(s, slow_reason::backlog);
        return false;
    }
    s.out->when_written([stream = &s](error_code ec) {
        if (!ec) {
            stream->worker->unblock(*stream);
        }
    });
    return true;
}

void worker_log::unblock(subscriber& s)
{
    log_->release_unsent(std::exchange(s.behind->unsent, 0));
    if (s.now == subscriber::state::waiting) {
        make_ready(s);
    }
}

void worker_log::evict(subscriber& s, slow_reason why)
{
    s.now = subscriber::state::ended;
    worker_link::add(why == slow_reason::unsent ? link_->evicted_full : link_->evicted_slow, 1);
    report(s, s.behind->events, true, why);
    s.on_evicted(error::too_slow);
}

// What has been ended here was reported then.
void worker_log::note_end(const subscriber& s, close_reason why)
{
    const auto waited = s.behind ? s.behind->events : 0;
    if (why == close_reason::write_timeout) {
        worker_link::add(link_->timed_out, 1);
        report(s, waited, true, slow_reason::write_timeout);
    } else if (why == close_reason::over_capacity) {
        worker_link::add(link_->over_capacity, 1);
        report(s, waited, true, slow_reason::over_capacity);
    }
}

void worker_log::report(const subscriber& s, std::uint64_t dropped, bool evicted, slow_reason why) const
{
    if (const auto& hook = options_of(s).on_slow) {
        const std::string_view topic =
            s.wanted->topics.size() == 1 ? s.wanted->topics.front()->name : std::string_view();
        hook({.topic = topic, .who = s.wanted->who, .dropped = dropped, .evicted = evicted, .reason = why});
    }
}

// The log has dropped what the stream was still to get.
bool worker_log::lose(subscriber& s, const event_log::collected& c)
{
    auto& b = *s.behind;
    if (options_of(s).slow == slow_policy::disconnect) {
        evict(s, slow_reason::not_held);
        return false;
    }
    const auto lost = std::max<std::uint64_t>(b.events - std::min(b.events, c.remaining), 1);
    b.events = std::min(b.events, c.remaining);
    b.bytes = std::min(b.bytes, c.remaining_bytes);
    b.place.told = c.lost_until;
    b.dropped += lost;
    worker_link::add(link_->dropped, lost);
    report(s, lost, false, slow_reason::not_held);
    return true;
}

encoded_event worker_log::pull(subscriber& s)
{
    try {
        return find_next(s);
    } catch (...) {
        put_back(s);
        throw;
    }
}

encoded_event worker_log::find_next(subscriber& s)
{
    auto& b = *s.behind;
    if (b.notice) { // also before the past, of which it may be an event that a cancelled wait has left
        return std::exchange(b.notice, {});
    }
    if (b.past) {
        auto e = pull_past(s);
        if (e || b.past || s.now == subscriber::state::ended) {
            return e;
        }
    }
    if (b.notice) { // with which the past has ended
        return std::exchange(b.notice, {});
    }
    std::uint64_t excess = 0;
    for (;;) {
        found_.clear();
        const auto outcome = log_->collect(*s.wanted, b.place, head_, 1, found_);
        if (outcome.lost && !lose(s, outcome)) {
            return {};
        }
        if (outcome.passed != 0) {
            b.place.seen = outcome.passed;
            continue;
        }
        const bool too_many = options_of(s).slow == slow_policy::drop_oldest && exceeds_limits(s);
        if (!found_.empty() && !too_many && b.dropped == 0) {
            break;
        }
        if (found_.empty() || !too_many) {
            if (excess != 0) {
                worker_link::add(link_->dropped, excess);
                report(s, excess, false, slow_reason::backlog);
            }
            excess = 0;
            auto notice = b.dropped != 0 && options_of(s).tell_dropped ? make_dropped(b.dropped) : encoded_event();
            b.dropped = 0;
            if (notice) {
                return notice;
            }
            if (found_.empty()) {
                return {};
            }
            break;
        }
        ++excess;
        ++b.dropped;
        pass(b, found_.front());
    }
    const auto e = std::move(found_.front());
    pass(b, e);
    return e.event;
}

void worker_log::settle(subscriber& s)
{
    auto& b = *s.behind;
    if (b.past) { // served when there is more of it
        s.now = subscriber::state::waiting;
        return;
    }
    if (head_ >= b.place.seen) {
        // Without a batch under way that it has not been asked about: what was not found has been replaced.
        if (b.events != 0 && !batch_.active) {
            worker_link::add(s.wanted->conflates ? link_->conflated : link_->dropped, b.events);
            if (!s.wanted->conflates) {
                report(s, b.events, false, slow_reason::not_held);
            }
        }
        if (!batch_.active) {
            b.events = b.bytes = 0;
        }
        b.place.seen = head_;
    }
    if (b.place.seen != (batch_.active ? batch_.last : head_)) {
        s.now = subscriber::state::ready;
        if (!b.linked()) {
            ready_.push_back(b); // served when the batch is done, or when the next one comes
        }
        return;
    }
    s.now = subscriber::state::live;
    s.live_since = batch_.active ? batch_.number : 0;
    b.events = b.bytes = 0;
    b.unlink();
    if (s.out != nullptr) {
        s.behind.reset();
    }
}

} // namespace rill::pubsub::detail
