#include <rill/pubsub/publish_handler.hpp>

#include <algorithm>
#include <optional>
#include <rill/http/credentials.hpp>
#include <rill/http/json.hpp>
#include <rill/http/problem.hpp>
#include <stdexcept>
#include <utility>

#include "http/content_coding.hpp"
#include "pubsub/publish.hpp"

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
    if (ec == error::outcome_unknown) {
        return status::gateway_timeout;
    }
    return ec == error::message_too_large ? status::payload_too_large : status::service_unavailable;
}

problem problem_of(const error_code& ec)
{
    problem p{.status = status_of(ec), .detail = ec.message()};
    if (ec == error::log_unavailable || ec == error::log_overloaded) {
        p.headers.emplace_back("Retry-After", "1");
    } else if (ec == error::outcome_unknown) {
        p.detail = "the event may have been published; a retry with the same Idempotency-Key does not publish it twice";
    }
    return p;
}

// The value of the header Idempotency-Key: a string of RFC 8941, or text without quotation marks. None if it is
// neither. Empty if there is no header.
std::optional<std::string> idempotency_key(const request& r)
{
    constexpr std::size_t max_bytes = 255;
    const auto field = r.header("Idempotency-Key");
    if (!field) {
        return std::string();
    }
    auto text = *field;
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    if (quoted) {
        text = text.substr(1, text.size() - 2);
    }
    std::string key;
    for (std::size_t i = 0; i != text.size(); ++i) {
        const bool escaped = quoted && text[i] == '\\';
        if (escaped && ++i == text.size()) {
            return std::nullopt;
        }
        if (text[i] < (quoted ? ' ' : '!') || text[i] > '~' || (text[i] == '"' && !escaped)) {
            return std::nullopt;
        }
        key.push_back(text[i]);
    }
    return key.empty() || key.size() > max_bytes ? std::nullopt : std::optional(std::move(key));
}

// Encodes and appends the event before it returns.
awaitable<result<log_id>> publish(hub to, const request& r, std::string_view idempotency_key)
{
    const auto name_text = r.query_parameter("event");
    const auto id_text = r.query_parameter("id");
    sse::event event{.data = r.body()};
    if (name_text) {
        const auto name = sse::event_name::parse(*name_text);
        if (!name) {
            return detail::refused_publish(name.error());
        }
        event.name = *name;
    }
    if (id_text) {
        const auto id = sse::event_id::parse(*id_text);
        if (!id) {
            return detail::refused_publish(id.error());
        }
        event.id = *id;
    }
    const auto key = r.query_parameter("key").value_or("");
    return to.publish_acknowledged(r.path_parameter("topic").value_or(""), event,
                                   {.key = key, .idempotency_key = idempotency_key});
}

awaitable<response> answer(awaitable<result<log_id>> publishing)
{
    const auto id = co_await std::move(publishing);
    if (!id) {
        co_return to_response(problem_of(id.error()));
    }
    const boost::json::object body{{"id", *id}};
    co_return json_response(body, status::created);
}

awaitable<response> answer(response known)
{
    co_return std::move(known);
}

} // namespace

publish_handler::publish_handler(pubsub::hub hub, std::string token) : hub_(std::move(hub)), token_(std::move(token))
{
    if (!is_token(token_)) {
        throw std::invalid_argument("publish_handler: the token is empty or has an invalid character");
    }
}

// The handler is not a coroutine, and does not keep a reference to *this or to the request while the log works.
awaitable<response> publish_handler::operator()(request& r) const
{
    if (!is_authorized(r, token_)) {
        return answer(to_response({.status = status::unauthorized, .detail = "a valid token is required"})
                          .set_header("WWW-Authenticate", "Bearer"));
    }
    if (const auto refused = rill::detail::reject_content_coding(r)) {
        return answer(to_response(*refused));
    }
    const auto key = idempotency_key(r);
    if (!key) {
        return answer(to_response({.status = status::bad_request, .detail = "the Idempotency-Key is not valid"}));
    }
    return answer(publish(hub_, r, *key));
}

} // namespace rill::pubsub
