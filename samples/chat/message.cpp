#include "chat/message.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <rill/sse/encoder.hpp>

namespace chat {

namespace json = boost::json;

namespace {

constexpr std::size_t max_characters = 32;
constexpr std::size_t max_key = 64;

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::size_t characters(std::string_view text) noexcept
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// What is told to who sends a message that must not be.
struct limits_category final : boost::system::error_category
{
    const char* name() const noexcept override { return "chat"; }
    std::string message(int) const override
    {
        return "a name is of 1 to 32 characters, without a space at either end, a text of 1 to " +
               std::to_string(chat::message::max_text) + " bytes, a key of up to " + std::to_string(max_key);
    }
};

/// The member's text; nothing if it is absent or anything else.
const json::string* text_of(const json::object& members, std::string_view name) noexcept
{
    const auto* member = members.if_contains(name);
    return member == nullptr ? nullptr : member->if_string();
}

} // namespace

tl::expected<nickname, std::string> from_text(std::string_view text, std::type_identity<nickname>)
{
    const auto length = characters(text);
    if (length < 1 || length > max_characters || text.front() == ' ' || text.back() == ' ' ||
        std::ranges::any_of(text, is_control) || !rill::sse::is_valid_utf8(text))
    {
        return tl::unexpected(std::string("must be 1 to 32 characters, without a space at either end"));
    }
    return nickname{std::string(text)};
}

tl::expected<room_name, std::string> from_text(std::string_view text, std::type_identity<room_name>)
{
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (text.empty() || text.size() > max_characters || !std::ranges::all_of(text, allowed)) {
        return tl::unexpected(std::string("must be 1 to 32 of the characters a to z, 0 to 9 and -"));
    }
    return room_name{std::string(text)};
}

json::result<message> tag_invoke(json::try_value_to_tag<message>, const json::value& body)
{
    const auto* members = body.if_object();
    if (members == nullptr) {
        return json::error::not_object;
    }
    const auto* name = text_of(*members, "name");
    const auto* text = text_of(*members, "text");
    if (name == nullptr || text == nullptr) {
        return json::error::not_string;
    }
    message result{.name = std::string(*name), .text = std::string(*text), .key{}};
    if (members->contains("key")) {
        const auto* key = text_of(*members, "key");
        if (key == nullptr) {
            return json::error::not_string;
        }
        result.key = *key;
    }
    if (!from_text(result.name, std::type_identity<nickname>{}) || result.text.empty() ||
        result.text.size() > message::max_text || result.key.size() > max_key)
    {
        static const limits_category category;
        return boost::system::error_code(1, category);
    }
    return result;
}

} // namespace chat
