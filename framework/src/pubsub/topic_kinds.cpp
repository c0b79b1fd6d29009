#include "pubsub/topic_kinds.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace rill::pubsub::detail {

topic_kinds::topic_kinds(channel_options channel, std::vector<topic_options> by_topic)
    : channel_(std::move(channel)), by_topic_(std::move(by_topic))
{
    add_limits(channel_);
    for (const auto& entry : by_topic_) {
        add_limits(entry.channel);
        const auto pattern = topic_pattern::parse(entry.topics);
        if (!pattern) {
            throw std::invalid_argument("pubsub: '" + entry.topics + "' is not a topic or a pattern");
        }
        patterns_.push_back(*pattern);
    }
}

void topic_kinds::add_limits(const channel_options& options)
{
    if (options.heartbeat && options.heartbeat->count() < 0) {
        throw std::invalid_argument("pubsub: heartbeat must be at least 0 ms");
    }
    const auto& use = options.snapshot_use;
    if (use.max_age.count() < 0 || use.timeout.count() < 1 || use.max_calls == 0) {
        throw std::invalid_argument("pubsub: snapshot_use: max_age must be at least 0 ms, timeout at least 1 ms, and "
                                    "max_calls at least 1");
    }
    const auto age = options.replay.max_age;
    if (age.count() < 0) {
        throw std::invalid_argument("pubsub: replay.max_age must be at least 0 ms");
    }
    if (age.count() > 0) {
        shortest_age_ = shortest_age_.count() == 0 ? age : std::min(shortest_age_, age);
    }
    smallest_event_limit_ = std::min(smallest_event_limit_, options.max_event_bytes);
}

std::uint32_t topic_kinds::of(std::string_view topic) const noexcept
{
    const auto found =
        std::find_if(patterns_.begin(), patterns_.end(), [&](const auto& p) { return p.matches(topic); });
    return found == patterns_.end() ? 0 : static_cast<std::uint32_t>(found - patterns_.begin() + 1);
}

// Whether latest_per_key applies to the topic of that name, or to a topic that the pattern may match.
bool topic_kinds::conflates(const topic_pattern& topics) const noexcept
{
    if (topics.is_exact()) {
        return options(of(topics.text())).slow == slow_policy::latest_per_key;
    }
    bool does = channel_.slow == slow_policy::latest_per_key;
    for (std::size_t i = 0; i != patterns_.size(); ++i) {
        does = does || (options(i + 1).slow == slow_policy::latest_per_key && patterns_[i].overlaps(topics));
    }
    return does;
}

void topic_kinds::apply(const std::vector<topic_pattern>& topics, topic_filter& filter) const noexcept
{
    filter.kind = of(topics.front().text());
    for (const auto& t : topics) {
        filter.kind = of(t.text()) == filter.kind ? filter.kind : 0;
        filter.conflates = filter.conflates || conflates(t);
    }
}

// Compares the smallest limit first, because finding the kind of a topic requires a comparison with each pattern.
bool topic_kinds::is_too_large(std::string_view topic, const sse::event& e) const noexcept
{
    std::array<char, 20> digits;
    const auto size = e.data.view().size() + e.name.view().size() + e.comment.view().size() + e.id.view(digits).size();
    return size > smallest_event_limit_ && size > options(of(topic)).max_event_bytes;
}

} // namespace rill::pubsub::detail
