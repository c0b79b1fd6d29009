#pragma once

#include <cstdint>
#include <deque>

#include "pubsub/topic_state.hpp"

namespace rill::pubsub::detail {

/// The topics of the newest events of a hub, in the order of the events. A stream with patterns follows it, because
/// otherwise it would have to look into each topic for its next event. Not thread-safe.
class event_order
{
public:
    struct entry
    {
        std::uint64_t sequence;
        topic_state* topic;
    };
    using iterator = std::deque<entry>::const_iterator;

    /// @param start  the sequence number before which nothing is known
    explicit event_order(std::uint64_t start) noexcept : complete_after_(start) {}

    void add(std::uint64_t sequence, topic_state& topic) noexcept;
    /// Drops the events of topics with topic_state::removed.
    void drop_removed() noexcept;

    /// Whether all events after that sequence number are in it.
    bool is_complete_after(std::uint64_t sequence) const noexcept { return sequence >= complete_after_; }

    /// The first event after that sequence number.
    iterator after(std::uint64_t sequence) const noexcept;
    iterator end() const noexcept { return entries_.end(); }

private:
    std::deque<entry> entries_;
    std::uint64_t complete_after_;
};

} // namespace rill::pubsub::detail
