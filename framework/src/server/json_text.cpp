#include "server/json_text.hpp"

#include <cstdint>

namespace rill {

namespace {

void append_control(std::string& out, unsigned char c)
{
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '\n':
        out += "\\n";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        out.append("\\u00").append(1, digits[c >> 4]).append(1, digits[c & 15]);
    }
}

// The length of the well-formed sequence that `text` begins with (Unicode, table 3-7); 0 if there is none.
std::size_t sequence_length(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U; };
    const auto tail = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
    const auto first = byte(0);
    if (first >= 0xC2 && first <= 0xDF) {
        return tail(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        const bool second = tail(1) && (first != 0xE0 || byte(1) >= 0xA0) && (first != 0xED || byte(1) <= 0x9F);
        return second && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool second = tail(1) && (first != 0xF0 || byte(1) >= 0x90) && (first != 0xF4 || byte(1) <= 0x8F);
        return second && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

} // namespace

void append_json(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        const auto c = static_cast<unsigned char>(text.front());
        std::size_t taken = 1;
        if (c == '"' || c == '\\') {
            out.append(1, '\\').append(1, text.front());
        } else if (c < 0x20) {
            append_control(out, c);
        } else if (c < 0x80) {
            out += text.front();
        } else if (const auto length = sequence_length(text); length != 0) {
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
