#include <rill/sse/encoder.hpp>

#include <array>
#include <charconv>
#include <cstring>

#include "http/utf8.hpp"

namespace rill::sse {

namespace {

using byte = unsigned char;

constexpr std::uint64_t ones = 0x0101010101010101U;
constexpr std::uint64_t highs = 0x8080808080808080U;

constexpr std::uint64_t has_line_end(std::uint64_t word) noexcept
{
    const auto has_zero = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes & highs; };
    return has_zero(word ^ (ones * '\n')) | has_zero(word ^ (ones * '\r'));
}

std::uint64_t word_at(const char* p) noexcept
{
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    return word;
}

// Whether `text` is ASCII without a line break. Nearly all events contain only such text. Checks eight characters at a
// time in one pass.
bool is_plain(std::string_view text) noexcept
{
    const auto is_special = [](std::uint64_t word) { return (word & highs) | has_line_end(word); };
    const char* p = text.data();
    std::size_t left = text.size();
    std::uint64_t found = 0;
    for (; left >= sizeof found; p += sizeof found, left -= sizeof found) {
        found |= is_special(word_at(p));
    }
    if (left != 0 && text.size() >= sizeof found) {
        // the last eight characters; this may check some of them twice
        found |= is_special(word_at(p + left - sizeof found));
        left = 0;
    }
    for (; left != 0; --left) {
        found |= is_special(static_cast<byte>(*p++));
    }
    return found == 0;
}

// Appends "field: value" and a line break. Checks the capacity of the string only once.
template <std::size_t Size>
void append_line(std::string& out, const char (&field)[Size], std::string_view value)
{
    constexpr std::size_t name = Size - 1;
    const auto at = out.size();
    out.resize(at + name + value.size() + 1, '\n');
    std::memcpy(out.data() + at, field, name);
    if (!value.empty()) {
        std::memcpy(out.data() + at + name, value.data(), value.size());
    }
}

// Returns the position of the first CR or LF. Checks eight characters at a time. find_first_of() would call the C
// library for each character.
std::size_t find_line_end(std::string_view text) noexcept
{
    std::size_t at = 0;
    while (at + sizeof ones <= text.size() && has_line_end(word_at(text.data() + at)) == 0) {
        at += sizeof ones;
    }
    while (at < text.size() && text[at] != '\n' && text[at] != '\r') {
        ++at;
    }
    return at < text.size() ? at : std::string_view::npos;
}

// Appends one line of output for each line of text. CR, LF and CRLF each end a line.
template <std::size_t Size>
void append_lines(std::string& out, const char (&field)[Size], std::string_view text)
{
    for (;;) {
        const auto end = find_line_end(text);
        append_line(out, field, text.substr(0, end));
        if (end == text.npos) {
            return;
        }
        const bool crlf = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
        text.remove_prefix(end + (crlf ? 2 : 1));
    }
}

// Appends all fields that come before the data.
void append_fields(std::string& out, const event& e, std::string_view id)
{
    if (e.comment) {
        append_lines(out, ": ", e.comment.view());
    }
    if (e.name) {
        append_line(out, "event: ", e.name.view());
    }
    if (e.id) {
        append_line(out, "id: ", id);
    }
    if (e.retry) {
        std::array<char, 20> digits;
        const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), e.retry.milliseconds()).ptr;
        append_line(out, "retry: ", {digits.data(), end});
    }
}

bool is_encodable(const event& e, std::string_view id) noexcept
{
    return is_valid_utf8(e.comment.view()) && is_valid_utf8(e.name.view()) && is_valid_utf8(id);
}

} // namespace

bool is_valid_utf8(std::string_view text) noexcept
{
    return rill::detail::is_utf8(text);
}

std::string_view event_id::view(std::span<char, 20> digits) const noexcept
{
    if (data_ == &signed_number) {
        return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value_).ptr};
    }
    if (data_ == &unsigned_number) {
        const auto number = static_cast<std::uint64_t>(value_);
        return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
    }
    return {data_, static_cast<std::size_t>(value_)};
}

result<void> encode(const event& e, std::string& out)
{
    const auto data = e.data.view();
    const bool plain = is_plain(data);
    if (!plain && !is_valid_utf8(data)) {
        return tl::unexpected(make_error_code(error::invalid_utf8));
    }
    if (e.comment || e.name || e.id || e.retry) {
        std::array<char, 20> id_digits;
        const auto id = e.id.view(id_digits);
        if (!is_encodable(e, id)) {
            return tl::unexpected(make_error_code(error::invalid_utf8));
        }
        append_fields(out, e, id);
    }
    if (plain && e.data) {
        append_line(out, "data: ", data);
    } else if (e.data) {
        append_lines(out, "data: ", data);
    }
    out.push_back('\n');
    return {};
}

} // namespace rill::sse
