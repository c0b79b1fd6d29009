#include "chat/message.hpp"

#include <algorithm>
#include <rill/sse/encoder.hpp>

namespace chat {

namespace {

constexpr std::size_t max_characters = 32;
constexpr std::size_t max_text = 3000;
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

tl::expected<words, std::string> from_text(std::string_view text, std::type_identity<words>)
{
    if (text.empty() || text.size() > max_text) {
        return tl::unexpected("must be 1 to " + std::to_string(max_text) + " bytes");
    }
    return words{std::string(text)};
}

tl::expected<mark, std::string> from_text(std::string_view text, std::type_identity<mark>)
{
    if (text.size() > max_key) {
        return tl::unexpected("must be up to " + std::to_string(max_key) + " bytes");
    }
    return mark{std::string(text)};
}

} // namespace chat
