#pragma once

#include <array>
#include <rill/core/awaitable.hpp>
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
/// The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) identifies the event, see
/// publish_options::idempotency_key. It is a string in quotation marks or text without them, of at most 255 bytes. A
/// request with the key of an earlier event publishes nothing and gets the id of the earlier event.
///
/// Answers 201 with {"id": "..."} after the log has acknowledged the event. Errors: 401 without the token (RFC 6750);
/// 400 for an invalid topic, name, id or Idempotency-Key, and for text that is not UTF-8; 409 for an id that the log
/// refuses; 413 for an event that is too large; 415 for a body with a Content-Encoding; 503 for too many topics, and if
/// the log has not appended the event; 504 for error::outcome_unknown. After a 504, a retry with the same
/// Idempotency-Key does not publish the event twice. A client that disconnects does not undo the append.
class publish_handler
{
public:
    /// @param token  one or more of the characters that RFC 6750 allows. Otherwise the constructor throws
    /// std::invalid_argument. A client that has the token may publish to every topic. The comparison takes constant
    /// time.
    publish_handler(pubsub::hub hub, std::string token);

    /// The path parameter that the route must have.
    static constexpr std::array<std::string_view, 1> path_parameters{"topic"};

    awaitable<response> operator()(request& r) const;

private:
    pubsub::hub hub_;
    std::string token_;
};

} // namespace rill::pubsub
