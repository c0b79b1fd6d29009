#pragma once

#include <cstdint>
#include <vector>

#include "pubsub/history.hpp"

namespace rill::pubsub::detail {

struct event_count
{
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
};

/// Events of one topic that a worker sends as one piece.
struct event_batch
{
    topic_pointer topic;
    std::vector<found_event> events;
    shared_chunk piece;
    std::uint64_t last = 0; ///< the sequence number of the last event
    /// The number of the batch, see subscriber::live_since. It begins shortly before the largest value. Therefore each
    /// program that runs for some time passes the overflow.
    std::uint32_t number = UINT32_MAX - 1000;
    bool active = false; ///< the batch is being sent

    /// Counts the events after that sequence number.
    event_count count_after(std::uint64_t sequence) const noexcept
    {
        event_count sum;
        for (const auto& e : events) {
            if (e.sequence > sequence) {
                ++sum.events;
                sum.bytes += e.event.footprint();
            }
        }
        return sum;
    }
};

/// The position of a worker in the sequence of all events.
struct worker_position
{
    std::uint64_t head = 0; ///< the sequence number of the last event of the last batch that was sent
    event_batch batch;
};

} // namespace rill::pubsub::detail
