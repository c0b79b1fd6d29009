#pragma once

#include <rill/sse/event.hpp>
#include <string_view>

#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

/// Encodes an event and appends it to the backplane. The backplane then passes it to the store. Thread-safe.
/// @param topic  a valid name; empty for a channel
/// @return see channel::publish(); in addition error::too_many_topics
result<log_id> publish(topic_store& store, std::string_view topic, const sse::event& e, std::string_view key);

} // namespace rill::pubsub::detail
