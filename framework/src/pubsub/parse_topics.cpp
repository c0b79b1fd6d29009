#include "pubsub/parse_topics.hpp"

#include <utility>

namespace rill::pubsub::detail {

result<std::vector<topic_pattern>> parse_topics(const std::vector<std::string>& names)
{
    std::vector<topic_pattern> topics;
    for (const auto& name : names) {
        auto parsed = topic_pattern::parse(name);
        if (!parsed) {
            return tl::unexpected(parsed.error());
        }
        topics.push_back(std::move(*parsed));
    }
    if (topics.empty()) {
        return tl::unexpected(make_error_code(error::invalid_topic));
    }
    return topics;
}

} // namespace rill::pubsub::detail
