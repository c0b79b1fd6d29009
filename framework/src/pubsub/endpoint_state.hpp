#pragma once

#include <functional>
#include <memory>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <rill/sse/endpoint.hpp>
#include <vector>

#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

/// The shared state of all streams of an endpoint.
struct endpoint_state : sse::detail::stream_route
{
    endpoint_state(std::shared_ptr<topic_store> store, sse::endpoint_options options);

    const std::shared_ptr<topic_store> store;
    /// Returns the topics that a request asks for, or the reason to reject the request.
    std::function<tl::expected<std::vector<topic_pattern>, problem>(const request&)> topics;
    std::function<std::string(const request&)> subscriber_name;
    std::vector<stream_policy> policies; ///< indexed by the kind of a stream, see topic_kinds
};

} // namespace rill::pubsub::detail
