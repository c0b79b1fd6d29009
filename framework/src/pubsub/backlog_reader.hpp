#pragma once

#include <memory>
#include <rill/core/mailbox.hpp>
#include <vector>

#include "pubsub/backfill.hpp"
#include "pubsub/event_batch.hpp"
#include "pubsub/slow_streams.hpp"
#include "pubsub/snapshot_reader.hpp"

namespace rill::pubsub::detail {

/// Finds the next event for each subscriber of one worker that lags. The event is a notice, an event of a backfill, or
/// an event that the store holds. Applies the limits for slow streams.
class backlog_reader
{
public:
    /// All references must outlive *this.
    /// @param worker  the mailbox of this thread
    backlog_reader(topic_store& store, mailbox::address worker, const worker_position& position, ready_list& ready,
                   slow_streams& slow) noexcept
        : store_(store), worker_(std::move(worker)), at_(position), ready_(ready), slow_(slow)
    {}

    /// Returns the next event or notice. Returns an empty event if there is nothing up to the position of the worker,
    /// if a page of a backfill is missing, or if the subscriber has ended. If memory is exhausted, it throws. The
    /// subscriber is then served again later.
    encoded_event next(subscriber& s);

    /// Call this after new events have arrived. Streams that wait for the next event then read again.
    void resume_backfills();

    /// Call this before the subscriber is destroyed. It must have a backlog.
    void remove(subscriber& s) noexcept;
    /// Call this when the context shuts down.
    void shutdown() noexcept { at_end_.clear(); }

private:
    encoded_event find_next(subscriber& s);
    encoded_event find_next_held(subscriber& s);
    encoded_event continue_after_gap(subscriber& s, const found_event& gap);
    encoded_event next_of_snapshot(subscriber& s);
    void wait_for_event(const std::shared_ptr<past_source>& past);
    encoded_event next_of_backfill(subscriber& s);
    void read_or_end_backfill(subscriber& s);
    void end_backfill(subscriber& s, start_point start);

    topic_store& store_;
    mailbox::address worker_;
    const worker_position& at_;
    ready_list& ready_;
    slow_streams& slow_;
    std::vector<found_event> found_;
    /// backfills that have read all pages, and snapshots of a log that has not begun; they wait for the next event
    std::vector<std::shared_ptr<past_source>> at_end_;
};

} // namespace rill::pubsub::detail
