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

/// Serves the subscribers of one worker that lag: each reads from the store, at its own position, up to the
/// position of the worker. There it becomes live.
class catch_up
{
public:
    /// All arguments must outlive *this.
    /// @param worker  the mailbox of this thread
    catch_up(topic_store& store, worker_outbox& outbox, mailbox::address worker, const worker_position& position,
             ready_list& ready) noexcept
        : store_(store), stats_(outbox.stats), at_(position), ready_(ready), slow_(store.kinds(), outbox.stats),
          reader_(store, std::move(worker), position, ready, slow_)
    {}

    slow_streams& slow() noexcept { return slow_; }

    /// Serves subscribers that are ready. @param budget  the maximum number of events, which is reduced
    /// @return whether anything has changed, or a subscriber is still ready
    bool serve_ready(std::size_t& budget);

    /// A writer has started. It becomes live, or is served soon.
    void start(subscriber& s);

    /// The handler of a waiter waits for its next event. Completes it at once if there is one.
    void wait(waiter& w);

    /// The connection of a writer is full. It waits until the last `bytes` have been sent, or ends if that would exceed
    /// channel_options::max_unsent_bytes.
    void block(subscriber& s, std::size_t bytes);

    /// A subscriber that is not live misses the present batch. It ends if it exceeds its limits.
    void miss_batch(subscriber& s);

    /// A subscriber misses events that did not fit into the outbox. @param until  the newest of them
    void miss_skipped(subscriber& s, const skipped_events& skipped, std::uint64_t until);

    /// New events have arrived. Backfills at the end of the log look again.
    void resume_backfills() { reader_.resume_backfills(); }

    /// The subscriber leaves.
    void remove(subscriber& s) noexcept;
    /// The context ends.
    void shutdown() noexcept { reader_.shutdown(); }

private:
    bool serve(subscriber& s, std::size_t& budget);
    bool serve_writer(subscriber& s, std::size_t& budget);
    bool serve_waiter(waiter& w, std::size_t& budget);
    void complete(waiter& w, encoded_event event);
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
