#include "pubsub/backlog_reader.hpp"

#include <algorithm>
#include <utility>

namespace rill::pubsub::detail {

namespace {

// Moves the cursor after the event. Notices, and events that the client requested, do not count as backlog.
void advance(backlog_state& b, const found_event& e) noexcept
{
    b.position.seen = e.sequence;
    if (e.sequence > b.requested_until && e.event.kind() == event_kind::message) {
        b.events -= std::min<std::uint64_t>(b.events, 1);
        b.bytes -= std::min<std::uint64_t>(b.bytes, e.event.footprint());
    }
}

} // namespace

encoded_event backlog_reader::next(subscriber& s)
{
    try {
        return find_next(s);
    } catch (...) {
        ready_.requeue(s);
        throw;
    }
}

// A source may be followed by a notice, and by another source. A notice comes first, because it may be an event that a
// cancelled next() left here.
encoded_event backlog_reader::find_next(subscriber& s)
{
    auto& b = *s.backlog;
    for (;;) {
        if (b.notice) {
            return std::exchange(b.notice, {});
        }
        if (!b.past) {
            return find_next_held(s);
        }
        const auto past = b.past;
        auto e = past->kind == past_source::source_kind::snapshot ? next_of_snapshot(s) : next_of_backfill(s);
        if (e || b.past == past || s.now == subscriber::state::ended) {
            return e;
        }
    }
}

encoded_event backlog_reader::find_next_held(subscriber& s)
{
    auto& b = *s.backlog;
    const auto& options = slow_.options_of(s);
    std::uint64_t excess = 0;
    for (;;) {
        found_.clear();
        const auto outcome =
            store_.read(s.filter(), [&](const history& past) { return past.collect(b.position, at_.head, 1, found_); });
        if (outcome.lost && !slow_.mark_lost(s, outcome)) {
            return {};
        }
        if (outcome.scanned_until != 0) {
            b.position.seen = outcome.scanned_until;
            continue;
        }
        const bool drops = options.slow == slow_policy::drop_oldest && !found_.empty() &&
                           found_.front().event.kind() == event_kind::message && slow_.exceeds_limits(s);
        if (!drops) {
            break;
        }
        ++excess;
        ++b.dropped;
        advance(b, found_.front());
    }
    if (excess != 0) {
        slow_.on_dropped(s, excess, slow_reason::backlog);
    }
    auto notice = b.dropped != 0 && options.notify_dropped ? make_dropped(b.dropped) : encoded_event();
    b.dropped = 0;
    if (notice) {
        return notice;
    }
    if (found_.empty()) {
        return {};
    }
    const auto e = std::move(found_.front());
    advance(b, e);
    return e.event.kind() == event_kind::gap ? continue_after_gap(s, e) : e.event;
}

// Returns the notice of a gap of the log. A stream with snapshots then gets a snapshot. Its notice has no id, because a
// client that resumed with the id would not get the snapshot.
encoded_event backlog_reader::continue_after_gap(subscriber& s, const found_event& gap)
{
    if (!s.joins || !slow_.options_of(s).snapshot) {
        return gap.event;
    }
    auto& b = *s.backlog;
    auto notice = event_draft::without_id(gap.event);
    b.past = std::make_shared<snapshot_reader>(gap.sequence);
    b.past->owner = &s;
    b.requested_until = UINT64_MAX;
    b.events = b.bytes = 0;
    return notice;
}

// Returns the next event of the snapshot. If the snapshot has not arrived, returns an empty event, and the subscriber
// becomes ready later. Also returns an empty event if there is no snapshot. Then the subscriber has ended.
encoded_event backlog_reader::next_of_snapshot(subscriber& s)
{
    const auto past = std::static_pointer_cast<snapshot_reader>(s.backlog->past);
    auto event = past->next(store_, worker_, ready_);
    switch (past->now()) {
    case snapshot_reader::state::idle: // the log has not begun
        wait_for_event(past);
        break;
    case snapshot_reader::state::failed:
        s.backlog->past.reset();
        slow_streams::end(s, past->failure(), close_reason::handler_error);
        break;
    case snapshot_reader::state::ended:
        s.backlog->past.reset();
        break;
    default:
        break;
    }
    return event;
}

void backlog_reader::wait_for_event(const std::shared_ptr<past_source>& past)
{
    if (!std::exchange(past->waits_for_event, true)) {
        at_end_.push_back(past);
    }
}

// Returns the next event of the backfill. If a page is missing, returns an empty event, and the subscriber becomes
// ready later. Also returns an empty event when the backfill has ended. Then `past` is empty, or the subscriber has
// ended.
encoded_event backlog_reader::next_of_backfill(subscriber& s)
{
    const auto pages = std::static_pointer_cast<backfill>(s.backlog->past);
    for (auto* e = pages->next(); e != nullptr; e = pages->next()) {
        if (s.filter().selects(e->event.topic())) {
            auto event = std::move(e->event).finish(e->id);
            pages->pass();
            return event;
        }
        pages->pass();
    }
    read_or_end_backfill(s);
    return {};
}

void backlog_reader::read_or_end_backfill(subscriber& s)
{
    const auto pages = std::static_pointer_cast<backfill>(s.backlog->past);
    const auto& progress = pages->progress();
    if (pages->now() == backfill::state::reading) {
        return;
    }
    if (pages->now() == backfill::state::failed) {
        end_backfill(s, find_start_without(store_, s.filter(), progress));
        return;
    }
    // Before the backplane has confirmed the id, the backfill must not end. The store may have lost events after that
    // id.
    auto start = progress.has_begun ? find_start_after(store_, s.filter(), progress) : std::nullopt;
    if (start) {
        end_backfill(s, std::move(*start));
    } else if (pages->now() == backfill::state::at_end && store_.newest() == pages->newest_then()) {
        // The store has not yet received the events that this backfill has read. They arrive soon.
        wait_for_event(pages);
    } else {
        pages->read(store_, worker_, &ready_);
    }
}

void backlog_reader::end_backfill(subscriber& s, start_point start)
{
    const auto pages = std::static_pointer_cast<backfill>(std::move(s.backlog->past));
    pages->owner = nullptr;
    if (start.rejected) {
        slow_streams::end(s, pages->progress().failure);
        return;
    }
    auto& b = start_backlog(s, std::move(start));
    b.events = b.bytes = 0;
}

void backlog_reader::resume_backfills()
{
    for (const auto& past : std::exchange(at_end_, {})) {
        past->waits_for_event = false;
        ready_.make_ready(*past->owner);
    }
}

void backlog_reader::remove(subscriber& s) noexcept
{
    if (const auto past = std::move(s.backlog->past)) {
        past->owner = nullptr;
        if (past->waits_for_event) {
            std::erase(at_end_, past);
        }
    }
}

} // namespace rill::pubsub::detail
