#pragma once

#include <utility>
#include <vector>

#include "pubsub/event_batch.hpp"
#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

class topic_store;

/// The events that a worker has taken from its outbox. It makes batches of them.
class event_queue
{
public:
    /// Takes the events of the outbox if the queue is empty. @return whether anything came
    bool refill(topic_store& store, worker_outbox& outbox);

    bool empty() const noexcept { return at_ == events_.size(); }
    const queued_event& front() const noexcept { return events_[at_]; }
    void pop() noexcept { ++at_; }

    /// Moves the first events into the batch: those of the same topic that follow each other.
    void pop_into(event_batch& batch);

    /// Events that did not fit into the outbox. They are older than everything in the queue.
    const skipped_by_topic& skipped() const noexcept { return skipped_; }
    void clear_skipped() noexcept { skipped_.clear(); }

    /// The newest sequence number when refill() took something last.
    std::uint64_t newest() const noexcept { return newest_; }

private:
    shared_chunk joined(std::size_t end, std::size_t bytes) const;

    std::vector<queued_event> events_;
    std::size_t at_ = 0;
    std::uint64_t newest_ = 0;
    skipped_by_topic skipped_;
};

} // namespace rill::pubsub::detail
