#include "pubsub/catch_up.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <new>
#include <utility>

#include "core/exception_collector.hpp"

namespace rill::pubsub::detail {

namespace {

// The maximum number of events that one subscriber gets before the next one is served.
constexpr std::size_t events_per_subscriber = 16;

} // namespace

bool catch_up::serve_ready(std::size_t& budget)
{
    ready_.take(serving_);
    bool changed = false;
    rill::detail::exception_collector failure; // an exception of one subscriber must not stop the others
    while (!serving_.empty() && budget != 0) {
        auto& b = serving_.front();
        b.unlink();
        failure.run([&] {
            auto share = std::min(budget, events_per_subscriber);
            budget -= share;
            changed = serve(*b.owner, share) || changed;
            budget += share;
        });
    }
    failure.rethrow();
    return changed || !serving_.empty();
}

bool catch_up::serve(subscriber& s, std::size_t& budget)
{
    return s.kind == subscriber_kind::writer ? serve_writer(s, budget) : serve_waiter(static_cast<waiter&>(s), budget);
}

void catch_up::start(subscriber& s)
{
    const auto& b = *s.backlog;
    if (b.notice || b.past || b.position.seen != at_.head) {
        ready_.make_ready(s);
    } else {
        go_live(s);
    }
}

bool catch_up::serve_writer(subscriber& s, std::size_t& budget)
{
    const auto before = s.backlog->position.seen;
    s.now = subscriber::state::waiting;
    for (;;) {
        if (budget == 0) {
            ready_.make_ready(s);
            return true;
        }
        const auto event = reader_.next(s);
        if (s.now == subscriber::state::ended) {
            return true;
        }
        if (!event) {
            const bool moved = s.backlog->position.seen != before;
            go_live(s);
            return moved || s.now == subscriber::state::live;
        }
        --budget;
        const auto sent = s.out()->put(event);
        if (sent == rill::detail::write_state::closed) {
            s.now = subscriber::state::ended;
            return true;
        }
        count_delivered(event);
        if (sent == rill::detail::write_state::queued) {
            block(s, event.bytes().size());
            return true;
        }
    }
}

bool catch_up::serve_waiter(waiter& w, std::size_t& budget)
{
    --budget;
    if (w.aborted) {
        abort(w);
        return true;
    }
    w.now = subscriber::state::waiting;
    if (!w.waiting) {
        return false;
    }
    if (w.held) {
        complete(w, std::exchange(w.held, {}));
        return true;
    }
    const auto before = w.backlog->position.seen;
    auto event = reader_.next(w);
    if (w.now == subscriber::state::ended) {
        w.complete_end();
        return true;
    }
    if (!event) {
        go_live(w);
        return w.now == subscriber::state::live || w.backlog->position.seen != before;
    }
    complete(w, std::move(event));
    return true;
}

void catch_up::wait(waiter& w)
{
    encoded_event event;
    try {
        event = reader_.next(w);
    } catch (const std::bad_alloc&) {
        w.end_without_memory();
        return;
    }
    if (w.now == subscriber::state::ended) {
        w.complete_end();
        return;
    }
    if (!event) {
        go_live(w);
        return;
    }
    w.now = subscriber::state::waiting;
    if (waiter::must_yield()) {
        w.held = std::move(event);
        ready_.make_ready(w);
        return;
    }
    complete(w, std::move(event));
}

void catch_up::complete(waiter& w, encoded_event event)
{
    count_delivered(event);
    w.complete({}, std::move(event));
}

void catch_up::count_delivered(const encoded_event& event) noexcept
{
    if (event.kind() == event_kind::message && !event.is_in_snapshot()) {
        worker_stats::add(stats_.delivered, 1);
    }
}

// The pending next() has been cancelled. If an event has already been found, the following next() gets it.
void catch_up::abort(waiter& w)
{
    if (w.now == subscriber::state::live) {
        fall_behind(w, at_.head);
    }
    w.now = subscriber::state::waiting;
    if (w.held) {
        w.backlog->notice = std::move(w.held);
    }
    w.complete(boost::asio::error::operation_aborted, {});
}

void catch_up::block(subscriber& s, std::size_t bytes)
{
    s.now = subscriber::state::waiting;
    if (!store_.unsent().acquire(bytes)) {
        slow_.evict(s, slow_reason::unsent);
        return;
    }
    s.backlog->unsent = bytes;
    if (slow_.evict_if_over_limits(s)) {
        return;
    }
    s.out()->when_written([this, stream = &s](error_code ec) {
        if (!ec) {
            unblock(*stream);
        }
    });
}

void catch_up::unblock(subscriber& s)
{
    store_.unsent().release(std::exchange(s.backlog->unsent, 0));
    if (s.now == subscriber::state::waiting) {
        ready_.make_ready(s);
    }
}

void catch_up::miss_batch(subscriber& s)
{
    if (s.now == subscriber::state::ended) {
        return;
    }
    auto& b = *s.backlog;
    const auto missed = at_.batch.count_after(std::max(b.position.seen, b.requested_until));
    b.events += missed.events;
    b.bytes += missed.bytes;
    if (s.now == subscriber::state::waiting) { // a ready subscriber waits for its worker, not for its client
        slow_.evict_if_over_limits(s);
    }
}

void catch_up::miss_skipped(subscriber& s, const skipped_events& skipped, std::uint64_t until)
{
    if (s.now == subscriber::state::ended) {
        return;
    }
    auto& b = *s.backlog;
    const auto from = std::max(b.position.seen, b.requested_until);
    if (from <= at_.head) {
        b.events += skipped.events;
        b.bytes += skipped.bytes;
        return;
    }
    // The subscriber began after some of these events had been published. Count only the events after its start.
    std::vector<found_event> none;
    const auto held = store_.read(s.filter(), [&](const history& past) {
        return past.collect({from, from}, until, 0, none);
    });
    b.events = held.remaining;
    b.bytes = held.remaining_bytes;
}

void catch_up::remove(subscriber& s) noexcept
{
    if (s.backlog) {
        store_.unsent().release(std::exchange(s.backlog->unsent, 0));
        s.backlog->unlink();
        reader_.remove(s);
    }
}

// Makes the subscriber live if it has everything up to the position of the worker. Otherwise the subscriber is served
// after the present batch or with the next batch.
void catch_up::go_live(subscriber& s)
{
    auto& b = *s.backlog;
    if (b.past) { // the subscriber is served when the next page, or the snapshot, arrives
        s.now = subscriber::state::waiting;
        return;
    }
    const auto& batch = at_.batch;
    if (at_.head >= b.position.seen) {
        // While a batch is being sent, the subscriber may still have to miss that batch. If no batch is being sent, the
        // events that were not found have been replaced or dropped.
        if (b.events != 0 && !batch.active) {
            if (s.filter().conflates) {
                worker_stats::add(stats_.conflated, b.events);
            } else {
                slow_.on_dropped(s, b.events, slow_reason::not_held);
            }
        }
        if (!batch.active) {
            b.events = b.bytes = 0;
        }
        b.position.seen = at_.head;
    }
    if (b.position.seen != (batch.active ? batch.last : at_.head)) {
        ready_.requeue(s);
        return;
    }
    s.now = subscriber::state::live;
    s.live_since = batch.active ? batch.number : 0;
    b.events = b.bytes = 0;
    b.unlink();
    if (s.out() != nullptr) {
        s.backlog.reset();
    }
}

} // namespace rill::pubsub::detail
