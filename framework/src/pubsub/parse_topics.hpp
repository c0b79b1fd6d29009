#pragma once

#include <rill/pubsub/topic_pattern.hpp>
#include <string>
#include <vector>

namespace rill::pubsub::detail {

/// Parses names and patterns. Errors: error::invalid_topic, also for an empty list.
result<std::vector<topic_pattern>> parse_topics(const std::vector<std::string>& names);

} // namespace rill::pubsub::detail
