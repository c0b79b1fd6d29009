#pragma once

#include <utility>
#include <vector>

#include "pubsub/event_batch.hpp"
#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

class topic_store;

/// The events that a worker has taken from its outbox. Combines them into batches.
class event_queue
{
public:
    /// Takes the events of the outbox if the queue is empty.
    /// @return whether it has taken anything
    bool refill(topic_store& store, worker_outbox& outbox);

    bool empty() const noexcept { return at_ == events_.size(); }
    const queued_event& front() const noexcept { return events_[at_]; }
    void pop() noexcept { ++at_; }

    /// Moves the first event and the directly following events of the same topic into the batch.
    void pop_into(event_batch& batch);

    /// Events that did not fit into the outbox. They are older than all events in the queue.
    const skipped_by_topic& skipped() const noexcept { return skipped_; }
    void clear_skipped() noexcept { skipped_.clear(); }

    /// The newest sequence number of the store at the last refill() that took anything.
    std::uint64_t newest() const noexcept { return newest_; }

private:
    shared_chunk joined(std::size_t end, std::size_t bytes) const;

    std::vector<queued_event> events_;
    std::size_t at_ = 0;
    std::uint64_t newest_ = 0;
    skipped_by_topic skipped_;
};

} // namespace rill::pubsub::detail
