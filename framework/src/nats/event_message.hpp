#pragma once

#include <cstdint>
#include <optional>
#include <rill/pubsub/encoded_event.hpp>
#include <string>
#include <string_view>

#include "nats/handles.hpp"
#include "nats/subject.hpp"

namespace rill::nats {

/// Returns the message of an event, or nothing if there is no memory. The payload is the data of the event. The other
/// fields are headers.
/// @param message_id  the value of Nats-Msg-Id
/// @param stream  the stream that must receive the message
message_handle make_message(const pubsub::event_draft& event, const subject_map& subjects,
                            const std::string& message_id, const std::string& stream, const std::string& reply);

/// Returns the event of a message. Errors: those of pubsub::event_record::draft(); error::invalid_topic if the subject
/// is not the subject of a topic; error::invalid_field_value if a header is malformed.
result<pubsub::event_draft> read_message(const subject_map& subjects, natsMsg& message);

/// The position of a message, from the reply subject that JetStream gives to it.
struct delivery
{
    std::uint64_t stream_sequence = 0;
    std::uint64_t consumer_sequence = 0;
    std::int64_t time = 0;     ///< when the server stored it, in nanoseconds since 1970
    std::uint64_t pending = 0; ///< number of messages that the consumer has not sent yet
};
std::optional<delivery> parse_delivery(std::string_view reply);

/// Returns the value of a header, or nothing.
std::optional<std::string_view> header(natsMsg& message, const char* name);

/// Returns the status of a message of the server, such as 100 (idle heartbeat), or 0 for a message of a publisher.
int status_of(natsMsg& message);

} // namespace rill::nats
