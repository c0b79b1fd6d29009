#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

// The character classes of HTTP's grammar (RFC 9110, section 5, and RFC 3986, section 2). They are in one table,
// because the parsers check each byte of a head.
namespace rill::detail {

enum char_class : std::uint8_t
{
    token_char = 1,  ///< allowed in a token (RFC 9110, section 5.6.2)
    value_char = 2,  ///< allowed in a field value (RFC 9110, section 5.5): visible, space, tab, obs-text
    path_char = 4,   ///< allowed without escape in a path and in a query
    host_char = 8,   ///< allowed without escape in a registered name, except for the comma (RFC 3986, section 3.2.2)
    digit_char = 16, ///< 0 to 9
    hex_char = 32,
};

inline constexpr auto char_classes = [] {
    std::array<std::uint8_t, 256> table{};
    const auto mark = [&](std::string_view chars, std::uint8_t classes) {
        for (const char c : chars) {
            table[static_cast<unsigned char>(c)] |= classes;
        }
    };
    for (unsigned c = 0x20; c < 0x100; ++c) {
        table[c] = c == 0x7f ? 0 : value_char;
    }
    mark("\t", value_char);
    mark("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", token_char | path_char | host_char);
    mark("0123456789", token_char | path_char | host_char | digit_char | hex_char);
    mark("ABCDEFabcdef", hex_char);
    mark("!#$%&'*+-.^_`|~", token_char);
    mark("-._~!$&'()*+;=", path_char | host_char);
    mark(",:@/", path_char);
    mark("[]^|{}`", path_char); // not allowed by RFC 3986, but browsers send them
    return table;
}();

constexpr bool is(char c, std::uint8_t classes) noexcept
{
    return (char_classes[static_cast<unsigned char>(c)] & classes) != 0;
}

constexpr bool all_are(std::string_view text, std::uint8_t classes) noexcept
{
    return std::ranges::all_of(text, [=](char c) { return is(c, classes); });
}

constexpr bool is_token(std::string_view text) noexcept
{
    return !text.empty() && all_are(text, token_char);
}

/// Whether all characters are value_char. Uses arithmetic instead of the table, so that the compiler can vectorize the
/// loop. Most bytes of a head are in values.
constexpr bool is_value(std::string_view text) noexcept
{
    unsigned char wrong = 0;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        wrong |= static_cast<unsigned char>((static_cast<int>(code < 0x20) & static_cast<int>(code != '\t')) |
                                            static_cast<int>(code == 0x7f));
    }
    return wrong == 0;
}

/// Returns the text without leading and trailing spaces and tabs (RFC 9110, section 5.6.3).
constexpr std::string_view trimmed(std::string_view text) noexcept
{
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

/// Calls `take(element)` for each non-empty element of a comma-separated list (RFC 9110, section 5.6.1.2). Stops when a
/// call returns false. For lists without quoted strings. Returns whether no call has returned false.
template <class Take>
constexpr bool for_each_element(std::string_view list, Take take)
{
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        const auto element = trimmed(list.substr(0, end));
        if (!element.empty() && !take(element)) {
            return false;
        }
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return true;
}

} // namespace rill::detail
