#pragma once

#include <array>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>
#include <rill/pubsub/hub.hpp>
#include <string>
#include <string_view>

namespace rill::pubsub {

/// A route that publishes to a hub over HTTP:
///
///     app.post("/topics/{topic...}", pubsub::publish_handler(hub, token));
///
///     curl -H "Authorization: Bearer $TOKEN" -d 'it rains' http://127.0.0.1:8080/topics/news/weather
///
/// The body is the data of the event. The path parameter `topic` is its topic. The query parameter `event` is its name,
/// and `key` is its key (see slow_policy::latest_per_key). If the backplane takes ids from publishers, the query
/// parameter `id` is its id.
///
/// Answers 201 with {"id": "..."}. If the backplane assigns the id later, answers 202 with an empty id. Errors: 401
/// without the token (RFC 6750); 400 for an invalid topic, name or id, and for text that is not UTF-8; 409 for an id
/// that the backplane refuses; 413 for an event that is too large; 415 for a body with a Content-Encoding; 503 for too
/// many topics or a failure of the backplane.
class publish_handler
{
public:
    /// @param token  one or more of the characters that RFC 6750 allows. Otherwise the constructor throws
    /// std::invalid_argument. A client that has the token may publish to every topic. The comparison takes constant
    /// time.
    publish_handler(pubsub::hub hub, std::string token);

    /// The path parameter that the route must have.
    static constexpr std::array<std::string_view, 1> path_parameters{"topic"};

    response operator()(request& r);

private:
    pubsub::hub hub_;
    std::string token_;
};

} // namespace rill::pubsub
