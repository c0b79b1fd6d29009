#pragma once

#include <array>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>
#include <rill/pubsub/hub.hpp>
#include <string>
#include <string_view>

namespace rill::pubsub {

/// A route by which programs publish to a hub over HTTP:
///
///     app.post("/topics/{topic...}", pubsub::publish_handler(hub, token));
///
///     curl -H "Authorization: Bearer $TOKEN" -d 'it rains' http://127.0.0.1:8080/topics/news/weather
///
/// The body is the event's data, and the path parameter `topic` says where it goes. The query parameters `event`, `key`
/// and `id` give its name, its key (see slow_policy::latest_per_key), and the id, where the backplane takes one.
///
/// Answers 201 with {"id": "..."}; or 202 with an empty id where the backplane gives it later. Errors: 401 without the
/// token (RFC 6750), 400 for what is no topic, no name or no UTF-8, 409 for an id that the backplane refuses, 413, 415
/// for a body with a Content-Encoding, and 503 when there are too many topics or the backplane fails.
class publish_handler
{
public:
    /// @param token 1 or more of the characters that RFC 6750 allows; anything else throws std::invalid_argument. Who
    /// has it may publish to every topic. It is compared in constant time.
    publish_handler(pubsub::hub hub, std::string token);

    /// The parameter that the route must have.
    static constexpr std::array<std::string_view, 1> path_parameters{"topic"};

    response operator()(request& r);

private:
    pubsub::hub hub_;
    std::string token_;
};

} // namespace rill::pubsub
