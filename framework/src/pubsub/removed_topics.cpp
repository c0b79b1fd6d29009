#include "pubsub/removed_topics.hpp"

#include <algorithm>
#include <new>

namespace rill::pubsub::detail {

namespace {

constexpr std::size_t max_names = 16UL * 1024; // they take one or two mebibytes, because names are short

} // namespace

std::uint64_t removed_topics::lost_until(std::string_view name) const
{
    const auto found = by_name_.find(std::string(name));
    return found == by_name_.end() ? known_after_ : found->second;
}

void removed_topics::add(const topic_state& topic) noexcept
{
    const auto* newest = topic.buffer.newest();
    const auto until = std::max(newest == nullptr ? 0 : newest->sequence, topic.buffer.lost_sequence());
    if (!topic.never_had_an_event()) {
        lost_until_ = std::max(lost_until_, until);
    }
    if (until <= known_after_) {
        return;
    }
    try {
        by_name_[topic.name] = until;
    } catch (const std::bad_alloc&) {
        known_after_ = std::max(known_after_, until);
    }
    if (by_name_.size() > max_names) {
        by_name_.clear();
        known_after_ = lost_until_;
    }
}

} // namespace rill::pubsub::detail
