#pragma once

#include <rill/http/close_reason.hpp>

#include "pubsub/history.hpp"
#include "pubsub/subscriber.hpp"
#include "pubsub/topic_kinds.hpp"
#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

/// Applies the limits for slow streams in one worker. Counts and reports the streams that exceed them.
class slow_streams
{
public:
    slow_streams(const topic_kinds& kinds, worker_stats& stats) noexcept : kinds_(kinds), stats_(stats) {}

    const channel_options& options_of(const subscriber& s) const noexcept { return kinds_.options(s.filter().kind); }

    /// Whether the backlog of the subscriber exceeds its stream_limits.
    bool exceeds_limits(const subscriber& s) const noexcept;

    /// Ends the subscriber if it exceeds its limits and its policy is slow_policy::disconnect.
    /// @return whether the subscriber has ended
    bool evict_if_over_limits(subscriber& s);
    void evict(subscriber& s, slow_reason why);

    /// Counts and reports events that were dropped for the subscriber.
    void on_dropped(const subscriber& s, std::uint64_t events, slow_reason why);

    /// Call this after the store has dropped events that the subscriber has not received. With slow_policy::disconnect
    /// the subscriber ends.
    /// @return whether the subscriber continues
    bool mark_lost(subscriber& s, const collected& c);

    /// Counts and reports a writer whose connection has ended because the client was too slow. Ignores other reasons.
    void on_connection_end(const subscriber& s, close_reason why);

    /// Ends a subscriber for this reason.
    /// @param reason  the close reason of a writer
    static void end(subscriber& s, error_code why, close_reason reason = close_reason::evicted);

private:
    void report(const subscriber& s, std::uint64_t dropped, bool evicted, slow_reason why) const;

    const topic_kinds& kinds_;
    worker_stats& stats_;
};

} // namespace rill::pubsub::detail
