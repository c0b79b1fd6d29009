#pragma once

#include <cstdint>
#include <rill/pubsub/event_record.hpp>
#include <string>
#include <string_view>

#include "redis/command.hpp"
#include "redis/reply.hpp"

namespace rill::redis::detail {

/// The arguments of one event for the append script, as bytes of the protocol.
struct entry_words
{
    std::string text;
    std::size_t count = 0;
};

/// Encodes an event: the number of field words, the idempotency key, and the fields "t" (topic), "k" (key), "n" (name),
/// "d" (data), "c" (comment) and "r" (retry, in milliseconds). Absent fields are not stored, except the topic.
entry_words encode_entry(const pubsub::event_draft& event, std::string_view idempotency_key);

/// An entry of the stream.
struct stream_entry
{
    std::string id{};
    std::uint64_t number = 0; ///< 0: another program has written the entry, because its id is not "NUMBER-0"
    bool begins_epoch = false;
    pubsub::event_record event{};
};

/// Errors: errc::malformed_reply if this is not an entry of a stream. Unknown fields are ignored.
result<stream_entry> decode_entry(const reply& entry);

} // namespace rill::redis::detail
