#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pubsub/presence_message.hpp"

namespace rill::pubsub::detail {

/// Counts how often each name is present in each topic. Not thread-safe.
class name_counts
{
public:
    /// Returns whether the name was not present before.
    bool add(std::string_view topic, std::string_view name);
    /// Returns whether the name is not present any more. Does nothing for a name that is not present.
    bool remove(std::string_view topic, std::string_view name);

    bool contains(std::string_view topic, std::string_view name) const;
    /// The names of a topic, sorted.
    std::vector<std::string> names(std::string_view topic) const;
    /// The topics that have names, sorted.
    std::vector<std::string> topics() const;
    /// All names, sorted by topic.
    std::vector<present_name> all() const;
    /// The number of different names, over all topics.
    std::size_t size() const noexcept { return size_; }

private:
    using counts = std::map<std::string, std::size_t, std::less<>>;

    std::map<std::string, counts, std::less<>> topics_; // a topic has at least one name
    std::size_t size_ = 0;
};

} // namespace rill::pubsub::detail
