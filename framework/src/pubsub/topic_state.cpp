#include "pubsub/topic_state.hpp"

#include <algorithm>

namespace rill::pubsub::detail {

namespace {

// Uses a binary search, because a request may name hundreds of topics and a hub may have a hundred thousand topics.
const topic_state* find_name(const std::vector<topic_state*>& topics, std::string_view name) noexcept
{
    const auto found = std::lower_bound(topics.begin(), topics.end(), name,
                                        [](const topic_state* t, std::string_view wanted) { return t->name < wanted; });
    return found != topics.end() && (*found)->name == name ? *found : nullptr;
}

std::vector<std::string> prefixes_of(const std::vector<topic_pattern>& patterns)
{
    std::vector<std::string> all;
    all.reserve(patterns.size());
    for (const auto& p : patterns) {
        all.push_back(p.text().substr(0, p.text().find('*')));
    }
    std::ranges::sort(all);
    std::vector<std::string> shortest;
    for (auto& prefix : all) { // in sorted order, a prefix comes directly before the texts that begin with it
        if (shortest.empty() || !prefix.starts_with(shortest.back())) {
            shortest.push_back(std::move(prefix));
        }
    }
    return shortest;
}

} // namespace

bool topic_filter::contains(const topic_state& topic) const noexcept
{
    return find_name(topics, topic.name) == &topic;
}

bool topic_filter::matches(std::string_view topic) const noexcept
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return p.matches(topic); });
}

bool topic_filter::selects(const topic_state& topic) const noexcept
{
    return contains(topic) || matches(topic.name);
}

bool topic_filter::selects(std::string_view topic) const noexcept
{
    return find_name(topics, topic) != nullptr || matches(topic);
}

void set_patterns(topic_filter& filter, std::vector<topic_pattern> patterns)
{
    filter.prefixes = prefixes_of(patterns);
    filter.patterns = std::move(patterns);
}

} // namespace rill::pubsub::detail
