#include "nats/append_reply.hpp"

#include <boost/json/parse.hpp>
#include <string_view>

#include "nats/event_message.hpp"
#include "nats/stream_info.hpp"

namespace rill::nats {

namespace {

constexpr int no_responders = 503;

// Errors that may go away soon: the stream has no leader, or its server is not ready.
bool is_temporary(std::uint64_t code) noexcept
{
    switch (code) {
    case JSClusterNotActiveErr:
    case JSClusterNotAssignedErr:
    case JSClusterNotAvailErr:
    case JSClusterNotLeaderErr:
    case JSClusterIncompleteErr:
    case JSRaftGeneralErr:
    case JSStreamNotFoundErr:
    case JSStreamOfflineErr:
    case JSNotEnabledErr:
        return true;
    default:
        return false;
    }
}

append_reply read_error(const boost::json::object& object)
{
    const auto code = number_field(object, "err_code");
    const auto* text = object.if_contains("description");
    append_reply reply{.outcome = is_temporary(code) ? append_reply::kind::not_stored : append_reply::kind::refused};
    reply.reason = code == JSStreamMessageExceedsMaximumErr ? error::message_too_large : error::log_unavailable;
    reply.text = text != nullptr && text->is_string() ? std::string(text->get_string()) : "error";
    return reply;
}

} // namespace

append_reply read_append_reply(natsMsg& message)
{
    if (status_of(message) == no_responders) {
        return {.outcome = append_reply::kind::not_stored, .text = "no server holds the stream"};
    }
    const std::string_view text(natsMsg_GetData(&message), static_cast<std::size_t>(natsMsg_GetDataLength(&message)));
    error_code invalid;
    const auto parsed = boost::json::parse(text, invalid);
    if (invalid || !parsed.is_object()) {
        return {};
    }
    const auto& object = parsed.get_object();
    if (const auto* failed = object.if_contains("error"); failed != nullptr && failed->is_object()) {
        return read_error(failed->get_object());
    }
    append_reply reply{.sequence = number_field(object, "seq")};
    const auto* duplicate = object.if_contains("duplicate");
    reply.duplicate = duplicate != nullptr && duplicate->is_bool() && duplicate->get_bool();
    // A server that has received an event twice, but has not stored it yet, reports the sequence 0.
    reply.outcome = reply.sequence == 0 ? append_reply::kind::undecided : append_reply::kind::stored;
    return reply;
}

} // namespace rill::nats
