#include "nats/event_message.hpp"

#include <array>
#include <rill/pubsub/event_record.hpp>

#include "http/whole_number.hpp"

namespace rill::nats {

namespace {

using rill::detail::whole_number;

constexpr const char* name_header = "Rill-Name";
constexpr const char* key_header = "Rill-Key";
constexpr const char* comment_header = "Rill-Comment";
constexpr const char* retry_header = "Rill-Retry";
constexpr const char* no_data_header = "Rill-No-Data";

bool set(natsMsg& message, const char* name, const std::string& value)
{
    return value.empty() || natsMsgHeader_Set(&message, name, value.c_str()) == NATS_OK;
}

bool add_fields(natsMsg& message, const pubsub::event_record& fields)
{
    return set(message, name_header, encode_header(fields.name)) &&
           set(message, key_header, encode_header(fields.key)) &&
           set(message, comment_header, encode_header(fields.comment)) &&
           set(message, retry_header, fields.retry ? std::to_string(fields.retry->count()) : std::string()) &&
           set(message, no_data_header, fields.data ? "" : "1");
}

bool get(natsMsg& message, const char* name, std::string& field)
{
    const auto value = header(message, name);
    auto decoded = value ? decode_header(*value) : std::string();
    if (!decoded) {
        return false;
    }
    field = std::move(*decoded);
    return true;
}

bool read_retry(natsMsg& message, pubsub::event_record& fields)
{
    if (const auto value = header(message, retry_header)) {
        const auto count = whole_number<std::uint32_t>(*value);
        if (!count) {
            return false;
        }
        fields.retry.emplace(*count);
    }
    return true;
}

} // namespace

std::optional<std::string_view> header(natsMsg& message, const char* name)
{
    const char* value = nullptr;
    if (natsMsgHeader_Get(&message, name, &value) != NATS_OK || value == nullptr) {
        return std::nullopt;
    }
    return std::string_view(value);
}

int status_of(natsMsg& message)
{
    const auto value = natsMsg_GetDataLength(&message) == 0 ? header(message, "Status") : std::nullopt;
    return value ? whole_number<int>(value->substr(0, 3)).value_or(0) : 0;
}

message_handle make_message(const pubsub::event_draft& event, const subject_map& subjects,
                            const std::string& message_id, const std::string& stream, const std::string& reply)
{
    const auto subject = subjects.subject(event.topic());
    natsMsg* created = nullptr;
    if (natsMsg_Create(&created, subject.c_str(), reply.c_str(), event.data().data(),
                       static_cast<int>(event.data().size())) != NATS_OK)
    {
        return nullptr;
    }
    message_handle message(created);
    const bool complete = set(*message, "Nats-Msg-Id", message_id) && set(*message, "Nats-Expected-Stream", stream) &&
                          add_fields(*message, pubsub::event_record(event));
    return complete ? std::move(message) : nullptr;
}

result<pubsub::event_draft> read_message(const subject_map& subjects, natsMsg& message)
{
    pubsub::event_record fields;
    auto topic = subjects.topic(natsMsg_GetSubject(&message));
    if (!topic) {
        return tl::unexpected(make_error_code(error::invalid_topic));
    }
    fields.topic = std::move(*topic);
    const auto size = static_cast<std::size_t>(natsMsg_GetDataLength(&message));
    const char* data = natsMsg_GetData(&message);
    if (size != 0 || !header(message, no_data_header)) {
        fields.data.emplace(size != 0 ? std::string(data, size) : std::string());
    }
    if (!get(message, name_header, fields.name) || !get(message, key_header, fields.key) ||
        !get(message, comment_header, fields.comment) || !read_retry(message, fields))
    {
        return tl::unexpected(make_error_code(error::invalid_field_value));
    }
    return fields.draft();
}

// The subject is $JS.ACK.STREAM.CONSUMER.DELIVERIES.STREAM_SEQUENCE.CONSUMER_SEQUENCE.TIME.PENDING. A newer form has
// two more tokens after "$JS.ACK", and may have more tokens at the end.
std::optional<delivery> parse_delivery(std::string_view reply)
{
    std::array<std::string_view, 12> tokens;
    std::size_t count = 0;
    for (; !reply.empty() && count < tokens.size(); ++count) {
        const auto end = reply.find('.');
        tokens[count] = reply.substr(0, end);
        reply.remove_prefix(end == reply.npos ? reply.size() : end + 1);
    }
    if (count < 9 || tokens[0] != "$JS" || tokens[1] != "ACK") {
        return std::nullopt;
    }
    const std::size_t at = count == 9 ? 5 : 7;
    const auto stream = whole_number<std::uint64_t>(tokens[at]);
    const auto consumer = whole_number<std::uint64_t>(tokens[at + 1]);
    const auto time = whole_number<std::int64_t>(tokens[at + 2]);
    const auto pending = whole_number<std::uint64_t>(tokens[at + 3]);
    if (!stream || !consumer || !time || !pending) {
        return std::nullopt;
    }
    return delivery{*stream, *consumer, *time, *pending};
}

} // namespace rill::nats
