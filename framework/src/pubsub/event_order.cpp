#include "pubsub/event_order.hpp"

#include <algorithm>

namespace rill::pubsub::detail {

namespace {

constexpr std::size_t max_entries = 64UL * 1024; // they take one mebibyte

} // namespace

void event_order::add(std::uint64_t sequence, topic_state& topic) noexcept
{
    try {
        entries_.push_back({sequence, &topic});
    } catch (...) { // memory is exhausted. A search for older events must read each topic.
        entries_.clear();
        complete_after_ = sequence;
        return;
    }
    if (entries_.size() > max_entries) {
        complete_after_ = entries_.front().sequence;
        entries_.pop_front();
    }
}

void event_order::drop_removed() noexcept
{
    std::erase_if(entries_, [](const entry& e) { return e.topic->removed; });
}

event_order::iterator event_order::after(std::uint64_t sequence) const noexcept
{
    return std::upper_bound(entries_.begin(), entries_.end(), sequence,
                            [](std::uint64_t seen, const entry& e) { return seen < e.sequence; });
}

} // namespace rill::pubsub::detail
