#pragma once

#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/sse/event.hpp>
#include <string_view>

#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

/// Encodes an event and appends it to the backplane. The backplane then passes it to the store. Thread-safe.
/// @param topic  a valid name; empty for a channel
/// @param done  receives the id if the result is empty, see backplane::append()
/// @return see channel::publish(); in addition error::too_many_topics
result<log_id> publish(topic_store& store, std::string_view topic, const sse::event& e, const publish_options& options,
                       backplane::appended done = {});

/// See channel::publish_acknowledged(). Appends the event before it returns.
awaitable<result<log_id>> publish_acknowledged(std::shared_ptr<topic_store> store, std::string_view topic,
                                               const sse::event& e, const publish_options& options);

/// Returns an awaitable that completes at once with this error.
awaitable<result<log_id>> refused_publish(error_code why);

} // namespace rill::pubsub::detail
