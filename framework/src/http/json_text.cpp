#include "http/json_text.hpp"

#include <algorithm>

#include "http/utf8.hpp"

namespace rill {

namespace {

constexpr bool stands_for_itself(char c) noexcept
{
    return c >= ' ' && c <= '\x7e' && c != '"' && c != '\\';
}

void append_escaped(std::string& out, char c)
{
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"':
    case '\\':
        out.append(1, '\\').append(1, c);
        return;
    case '\n':
        out += "\\n";
        return;
    case '\t':
        out += "\\t";
        return;
    case '\x7f':
        out += c;
        return;
    default:
        out.append("\\u00").append(1, digits[static_cast<unsigned char>(c) >> 4]).append(1, digits[c & 15]);
    }
}

} // namespace

void append_json(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, stands_for_itself) - text.begin());
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        std::size_t taken = 1;
        if (static_cast<unsigned char>(text.front()) < 0x80) {
            append_escaped(out, text.front());
        } else if (const auto length =
                       detail::utf8_length(reinterpret_cast<const unsigned char*>(text.data()), text.size());
                   length != 0)
        {
            out.append(text.substr(0, length));
            taken = length;
        } else {
            out += "\xEF\xBF\xBD";
        }
        text.remove_prefix(taken);
    }
    out += '"';
}

} // namespace rill
