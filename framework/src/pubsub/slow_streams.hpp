#pragma once

#include <rill/http/close_reason.hpp>

#include "pubsub/history.hpp"
#include "pubsub/subscriber.hpp"
#include "pubsub/topic_kinds.hpp"
#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

/// Applies the limits for slow streams in one worker, and counts and reports the streams that exceed them.
class slow_streams
{
public:
    slow_streams(const topic_kinds& kinds, worker_stats& stats) noexcept : kinds_(kinds), stats_(stats) {}

    const channel_options& options_of(const subscriber& s) const noexcept { return kinds_.options(s.filter->kind); }

    /// Whether the backlog of the subscriber exceeds its stream_limits.
    bool exceeds_limits(const subscriber& s) const noexcept;

    /// Ends the subscriber if it exceeds its limits and has slow_policy::disconnect. @return whether it has ended
    bool evict_if_over_limits(subscriber& s);
    void evict(subscriber& s, slow_reason why);

    /// Events have been dropped for the subscriber.
    void on_dropped(const subscriber& s, std::uint64_t events, slow_reason why);

    /// Events that the subscriber has not got yet have been dropped. With slow_policy::disconnect it ends.
    /// @return whether it continues
    bool mark_lost(subscriber& s, const collected& c);

    /// The connection of a writer has ended for this reason.
    void on_connection_end(const subscriber& s, close_reason why);

    /// Ends a subscriber for this reason.
    static void end(subscriber& s, error_code why);

private:
    void report(const subscriber& s, std::uint64_t dropped, bool evicted, slow_reason why) const;

    const topic_kinds& kinds_;
    worker_stats& stats_;
};

} // namespace rill::pubsub::detail
