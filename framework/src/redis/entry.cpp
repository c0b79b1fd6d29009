#include "redis/entry.hpp"

#include "http/whole_number.hpp"

namespace rill::redis::detail {

namespace {

std::uint64_t number_of(std::string_view id) noexcept
{
    if (!id.ends_with("-0")) {
        return 0;
    }
    id.remove_suffix(2);
    return rill::detail::whole_number<std::uint64_t>(id).value_or(0);
}

void set_field(stream_entry& entry, std::string_view name, const std::string& value)
{
    auto& event = entry.event;
    if (name == "t") {
        event.topic = value;
    } else if (name == "k") {
        event.key = value;
    } else if (name == "n") {
        event.name = value;
    } else if (name == "d") {
        event.data = value;
    } else if (name == "c") {
        event.comment = value;
    } else if (name == "r") {
        using rep = std::chrono::milliseconds::rep;
        if (const auto count = rill::detail::whole_number<rep>(value)) {
            event.retry = std::chrono::milliseconds(*count);
        }
    } else if (name == "e") {
        entry.begins_epoch = true;
    }
}

} // namespace

entry_words encode_entry(const pubsub::event_draft& event, std::string_view idempotency_key)
{
    const pubsub::event_record record(event);
    command_writer fields;
    std::size_t words = 0;
    const auto field = [&](std::string_view name, std::string_view value) {
        fields.word(name);
        fields.word(value);
        words += 2;
    };
    field("t", record.topic);
    if (!record.key.empty()) {
        field("k", record.key);
    }
    if (!record.name.empty()) {
        field("n", record.name);
    }
    if (record.data) {
        field("d", *record.data);
    }
    if (!record.comment.empty()) {
        field("c", record.comment);
    }
    if (record.retry) {
        field("r", std::to_string(record.retry->count()));
    }
    command_writer all;
    all.word(std::uint64_t(words));
    all.word(idempotency_key);
    return {all.text() + fields.text(), words + 2};
}

result<stream_entry> decode_entry(const reply& entry)
{
    const auto& fields = entry.at(1);
    if (!entry.is_array(2) || entry.at(0).type != reply::kind::text || !fields.is_array() ||
        fields.elements.size() % 2 != 0)
    {
        return tl::unexpected(make_error_code(errc::malformed_reply));
    }
    stream_entry decoded;
    decoded.id = entry.at(0).text;
    decoded.number = number_of(decoded.id);
    for (std::size_t i = 0; i != fields.elements.size(); i += 2) {
        set_field(decoded, fields.at(i).text, fields.at(i + 1).text);
    }
    return decoded;
}

} // namespace rill::redis::detail
