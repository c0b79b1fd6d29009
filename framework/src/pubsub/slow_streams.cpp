#include "pubsub/slow_streams.hpp"

#include <algorithm>

#include "pubsub/waiter.hpp"

namespace rill::pubsub::detail {

// If newer events replace older ones, the store does not know how many published events it still holds. Then only the
// limits of the replay buffer apply. One event may always wait, so that a client that reads can receive it.
bool slow_streams::exceeds_limits(const subscriber& s) const noexcept
{
    const auto& limits = options_of(s).backlog;
    const auto& b = *s.backlog;
    return !s.filter().conflates && (b.events > limits.max_events || (b.events > 1 && b.bytes > limits.max_bytes));
}

bool slow_streams::evict_if_over_limits(subscriber& s)
{
    if (!exceeds_limits(s) || options_of(s).slow != slow_policy::disconnect) {
        return false;
    }
    evict(s, slow_reason::backlog);
    return true;
}

void slow_streams::evict(subscriber& s, slow_reason why)
{
    s.now = subscriber::state::ended;
    worker_stats::add(why == slow_reason::unsent ? stats_.evicted_full : stats_.evicted_slow, 1);
    report(s, s.backlog->events, true, why);
    end(s, error::too_slow);
}

void slow_streams::end(subscriber& s, error_code why, close_reason reason)
{
    s.now = subscriber::state::ended;
    if (s.kind == subscriber_kind::waiter) {
        static_cast<waiter&>(s).ended = why; // the next() of the handler returns this error
    } else if (s.out() != nullptr) {
        s.out()->end(reason);
    }
}

void slow_streams::on_dropped(const subscriber& s, std::uint64_t events, slow_reason why)
{
    worker_stats::add(stats_.dropped, events);
    report(s, events, false, why);
}

bool slow_streams::mark_lost(subscriber& s, const collected& c)
{
    auto& b = *s.backlog;
    if (options_of(s).slow == slow_policy::disconnect) {
        evict(s, slow_reason::not_held);
        return false;
    }
    const auto lost = std::max<std::uint64_t>(b.events - std::min(b.events, c.remaining), 1);
    b.events = std::min(b.events, c.remaining);
    b.bytes = std::min(b.bytes, c.remaining_bytes);
    b.position.known_lost = c.lost_until;
    b.dropped += lost;
    on_dropped(s, lost, slow_reason::not_held);
    return true;
}

// Reports only these two reasons, because evict() has already reported the streams that it ended.
void slow_streams::on_connection_end(const subscriber& s, close_reason why)
{
    const auto waited = s.backlog ? s.backlog->events : 0;
    if (why == close_reason::write_timeout) {
        worker_stats::add(stats_.timed_out, 1);
        report(s, waited, true, slow_reason::write_timeout);
    } else if (why == close_reason::over_capacity) {
        worker_stats::add(stats_.over_capacity, 1);
        report(s, waited, true, slow_reason::over_capacity);
    }
}

void slow_streams::report(const subscriber& s, std::uint64_t dropped, bool evicted, slow_reason why) const
{
    if (const auto& hook = options_of(s).on_slow) {
        const auto& topics = s.filter().topics;
        hook({.topic = topics.size() == 1 ? std::string_view(topics.front()->name) : std::string_view(),
              .subscriber_name = s.filter().subscriber_name,
              .dropped = dropped,
              .evicted = evicted,
              .reason = why});
    }
}

} // namespace rill::pubsub::detail
