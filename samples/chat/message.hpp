#pragma once

#include <boost/describe/class.hpp>
#include <boost/json/value_to.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>

namespace chat {

/// 1 to 32 characters of UTF-8, none of them a control character, and no space at either end.
struct nickname
{
    std::string text;
};
tl::expected<nickname, std::string> from_text(std::string_view text, std::type_identity<nickname>);

/// 1 to 32 small letters, digits or '-'.
struct room_name
{
    std::string text;
};
tl::expected<room_name, std::string> from_text(std::string_view text, std::type_identity<room_name>);

/// What somebody says: the body of POST /rooms/{room}/messages, and the data of its event.
struct message
{
    static constexpr std::size_t max_text = 3000; ///< bytes

    std::string name;
    std::string text;
    std::string key; ///< the sender's own mark, up to 64 bytes: a message that is sent again with it is not said twice
    std::int64_t at = 0; ///< when it came, in milliseconds since 1970
};
BOOST_DESCRIBE_STRUCT(message, (), (name, text, key, at))

/// From {"name": "...", "text": "...", "key": "..."}, where "key" may be absent. Other members are ignored.
boost::json::result<message> tag_invoke(boost::json::try_value_to_tag<message>, const boost::json::value& body);

} // namespace chat
