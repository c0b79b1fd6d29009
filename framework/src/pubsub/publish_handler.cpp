#include <rill/pubsub/publish_handler.hpp>

#include <algorithm>
#include <rill/http/credentials.hpp>
#include <rill/http/json.hpp>
#include <rill/http/problem.hpp>
#include <stdexcept>

#include "http/content_coding.hpp"

namespace rill::pubsub {

namespace {

// A b64token (RFC 6750, section 2.1).
bool is_token(std::string_view text) noexcept
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~+/=").find(c) != std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, allowed);
}

bool is_authorized(const request& r, std::string_view token)
{
    const auto given = credentials(r, "Bearer");
    return given && equal_in_constant_time(*given, token);
}

status status_of(const error_code& ec) noexcept
{
    if (ec == error::invalid_topic || ec == error::invalid_field_value || ec == error::invalid_event_id ||
        ec == error::invalid_utf8)
    {
        return status::bad_request;
    }
    if (ec == error::event_id_refused) {
        return status::conflict;
    }
    return ec == error::message_too_large ? status::payload_too_large : status::service_unavailable;
}

result<log_id> publish(hub& to, const request& r)
{
    const auto name_text = r.query_parameter("event");
    const auto id_text = r.query_parameter("id");
    sse::event event{.data = r.body()};
    if (name_text) {
        const auto name = sse::event_name::parse(*name_text);
        if (!name) {
            return tl::unexpected(name.error());
        }
        event.name = *name;
    }
    if (id_text) {
        const auto id = sse::event_id::parse(*id_text);
        if (!id) {
            return tl::unexpected(id.error());
        }
        event.id = *id;
    }
    return to.publish(r.path_parameter("topic").value_or(""), event, r.query_parameter("key").value_or(""));
}

} // namespace

publish_handler::publish_handler(pubsub::hub hub, std::string token) : hub_(std::move(hub)), token_(std::move(token))
{
    if (!is_token(token_)) {
        throw std::invalid_argument("publish_handler: the token is empty or has an invalid character");
    }
}

response publish_handler::operator()(request& r)
{
    if (!is_authorized(r, token_)) {
        return to_response({.status = status::unauthorized, .detail = "a valid token is required", .title = {}})
            .set_header("WWW-Authenticate", "Bearer");
    }
    if (const auto refused = rill::detail::reject_content_coding(r)) {
        return to_response(*refused);
    }
    const auto id = publish(hub_, r);
    if (!id) {
        return to_response({.status = status_of(id.error()), .detail = id.error().message(), .title = {}});
    }
    return json_response(boost::json::object{{"id", *id}}, id->empty() ? status::accepted : status::created);
}

} // namespace rill::pubsub
