#pragma once

#include <cstdint>
#include <deque>

#include "pubsub/topic_state.hpp"

namespace rill::pubsub::detail {

/// The topics of the newest events of a hub, in the order of the events. A stream with patterns finds its next event
/// here. Otherwise it would have to search each topic. Not thread-safe.
class event_order
{
public:
    struct entry
    {
        std::uint64_t sequence;
        topic_state* topic;
    };
    using iterator = std::deque<entry>::const_iterator;

    /// @param start  events up to this sequence number are unknown
    explicit event_order(std::uint64_t start) noexcept : complete_after_(start) {}

    void add(std::uint64_t sequence, topic_state& topic) noexcept;
    /// Removes the entries of topics with topic_state::removed.
    void drop_removed() noexcept;

    /// Whether this holds all events after that sequence number.
    bool is_complete_after(std::uint64_t sequence) const noexcept { return sequence >= complete_after_; }

    /// The first event after that sequence number.
    iterator after(std::uint64_t sequence) const noexcept;
    iterator end() const noexcept { return entries_.end(); }

private:
    std::deque<entry> entries_;
    std::uint64_t complete_after_;
};

} // namespace rill::pubsub::detail
