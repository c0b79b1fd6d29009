#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <rill/http/described.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>

namespace chat {

/// A name of 1 to 32 characters of UTF-8, without control characters and without a space at either end.
struct nickname
{
    std::string text;
};
tl::expected<nickname, std::string> from_text(std::string_view text, std::type_identity<nickname>);

/// A name of 1 to 32 lower-case letters, digits or '-'.
struct room_name
{
    std::string text;
};
tl::expected<room_name, std::string> from_text(std::string_view text, std::type_identity<room_name>);

/// The text of a message, 1 to 3000 bytes.
struct words
{
    std::string text;
};
tl::expected<words, std::string> from_text(std::string_view text, std::type_identity<words>);

/// A key that the sender assigns to a message, at most 64 bytes. A second message with the same key is ignored.
struct mark
{
    std::string text;
};
tl::expected<mark, std::string> from_text(std::string_view text, std::type_identity<mark>);

// The JSON forms of these types.
inline std::string_view as_json(const nickname& name)
{
    return name.text;
}
inline std::string_view as_json(const words& said)
{
    return said.text;
}
inline std::string_view as_json(const mark& key)
{
    return key.text;
}

/// The body of POST /rooms/{room}/messages: {"name": "...", "text": "...", "key": "..."}. "key" is optional.
struct posted
{
    nickname name;
    words text;
    mark key;

    using member_rules = rill::member_rules<rill::optional_members<"key">>;
};
BOOST_DESCRIBE_STRUCT(posted, (), (name, text, key))

/// The data of a message event.
struct message : posted
{
    std::int64_t at = 0; ///< time of arrival, in milliseconds since 1970
};
BOOST_DESCRIBE_STRUCT(message, (posted), (at))

} // namespace chat
