#pragma once

#include <memory>
#include <rill/core/mailbox.hpp>
#include <vector>

#include "pubsub/backlog_reader.hpp"
#include "pubsub/event_batch.hpp"
#include "pubsub/ready_list.hpp"
#include "pubsub/slow_streams.hpp"
#include "pubsub/waiter.hpp"
#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

/// Serves the subscribers of one worker that lag. Each subscriber reads from the store at its own position. When it
/// reaches the position of the worker, it becomes live.
class catch_up
{
public:
    /// All references must outlive *this.
    /// @param worker  the mailbox of this thread
    catch_up(topic_store& store, worker_outbox& outbox, mailbox::address worker, const worker_position& position,
             ready_list& ready) noexcept
        : store_(store), stats_(outbox.stats), at_(position), ready_(ready), slow_(store.kinds(), outbox.stats),
          reader_(store, std::move(worker), position, ready, slow_)
    {}

    slow_streams& slow() noexcept { return slow_; }

    /// Serves subscribers that are ready.
    /// @param budget  the maximum number of events; is reduced by the number of events that were served
    /// @return whether a subscriber has changed or is still ready
    bool serve_ready(std::size_t& budget);

    /// Call this after a writer has started. The writer becomes live, or becomes ready.
    void start(subscriber& s);

    /// Call this when the handler of a waiter waits for its next event. If there is an event, the wait completes at
    /// once.
    void wait(waiter& w);

    /// Call this if the connection of a writer cannot send more. The writer waits until the last `bytes` have been
    /// sent. If the unsent bytes would exceed channel_options::max_unsent_bytes, the writer ends.
    void block(subscriber& s, std::size_t bytes);

    /// Counts the present batch as backlog of a subscriber that is not live. The subscriber ends if it exceeds its
    /// limits.
    void miss_batch(subscriber& s);

    /// Counts events that did not fit into the outbox as backlog of a subscriber.
    /// @param until  the sequence number of the newest of these events
    void miss_skipped(subscriber& s, const skipped_events& skipped, std::uint64_t until);

    /// Call this after new events have arrived. Backfills at the end of the log then read again.
    void resume_backfills() { reader_.resume_backfills(); }

    /// Call this before the subscriber is destroyed.
    void remove(subscriber& s) noexcept;
    /// Call this when the context shuts down.
    void shutdown() noexcept { reader_.shutdown(); }

private:
    bool serve(subscriber& s, std::size_t& budget);
    bool serve_writer(subscriber& s, std::size_t& budget);
    bool serve_waiter(waiter& w, std::size_t& budget);
    void complete(waiter& w, encoded_event event);
    void count_delivered(const encoded_event& event) noexcept;
    void abort(waiter& w);
    void unblock(subscriber& s);
    void go_live(subscriber& s);

    topic_store& store_;
    worker_stats& stats_;
    const worker_position& at_;
    ready_list& ready_;
    slow_streams slow_;
    backlog_reader reader_;
    backlog_list serving_;
};

} // namespace rill::pubsub::detail
