#pragma once

#include <rill/pubsub/topic_pattern.hpp>
#include <string>
#include <vector>

namespace rill::pubsub::detail {

/// Errors: error::invalid_topic, also for none at all.
result<std::vector<topic_pattern>> parse_topics(const std::vector<std::string>& names);

} // namespace rill::pubsub::detail
