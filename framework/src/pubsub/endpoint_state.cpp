#include "pubsub/endpoint_state.hpp"

#include <utility>

namespace rill::pubsub::detail {

endpoint_state::endpoint_state(std::shared_ptr<topic_store> s, sse::endpoint_options o)
    : stream_route(std::move(o)), store(std::move(s)), subscriber_name(options.subscriber_name)
{
    const auto& kinds = store->kinds();
    for (std::size_t kind = 0; kind != kinds.count(); ++kind) {
        auto& added = policies.emplace_back(policy);
        if (!options.heartbeat) {
            added.heartbeat = kinds.options(kind).heartbeat.value_or(sse::default_heartbeat);
        }
    }
}

} // namespace rill::pubsub::detail
