#include "harness/client/event_scanner.hpp"

#include <algorithm>

namespace bench {

namespace {

constexpr std::string_view data_name = "data";
constexpr std::string_view id_name = "id";
constexpr std::uint8_t max_digits = 19; // every number of 19 digits fits into 64 bits

constexpr bool is_decimal_digit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

bool event_scanner::next(std::string_view& bytes) noexcept
{
    if (is_complete_) {
        is_complete_ = false;
        data_ = content::absent;
        id_ = content::absent;
    }
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (at != end) {
        const char c = *at;
        const bool was_cr = after_cr_;
        after_cr_ = c == '\r';
        if (c == '\n' || c == '\r') { // LF, CR or CRLF ends a line
            ++at;
            if (!(c == '\n' && was_cr) && end_line()) {
                is_complete_ = true;
                break;
            }
        } else if (state_ == state::digits) {
            at = read_digits(at, end);
        } else if (state_ == state::rest) {
            at = std::find_if(at, end, [](char one) { return one == '\n' || one == '\r'; });
        } else if (state_ == state::value_start) {
            at += c == ' ' ? 1 : 0;
            state_ = state::digits;
        } else {
            state_ == state::line_start ? start_name(c) : read_name(c);
            ++at;
        }
    }
    bytes.remove_prefix(static_cast<std::size_t>(at - bytes.data()));
    return is_complete_;
}

void event_scanner::start_name(char c) noexcept
{
    field_ = c == data_name[0] ? field::data : field::id;
    position_ = 1;
    state_ = c == data_name[0] || c == id_name[0] ? state::name : state::rest;
}

void event_scanner::read_name(char c) noexcept
{
    const auto name = field_ == field::data ? data_name : id_name;
    if (c == ':' && position_ == name.size()) {
        start_value();
    } else if (position_ < name.size() && c == name[position_]) {
        ++position_;
    } else {
        state_ = state::rest;
    }
}

void event_scanner::start_value() noexcept
{
    state_ = state::value_start;
    position_ = 0;
    auto& what = content_of_field();
    what = what == content::absent || field_ == field::id ? content::number : content::other;
    (field_ == field::data ? data_value_ : id_value_) = 0;
}

const char* event_scanner::read_digits(const char* at, const char* end) noexcept
{
    auto& value = field_ == field::data ? data_value_ : id_value_;
    for (; at != end && is_decimal_digit(*at) && position_ < max_digits; ++at, ++position_) {
        value = value * 10 + static_cast<unsigned>(*at - '0');
    }
    if (at != end && *at != '\n' && *at != '\r') {
        content_of_field() = content::other;
        state_ = state::rest;
    }
    return at;
}

// Returns true if the line is the blank line that ends an event.
bool event_scanner::end_line() noexcept
{
    switch (state_) {
    case state::line_start:
        if (data_ == content::absent) {
            id_ = content::absent;
            return false;
        }
        return true;
    case state::name: // a field without a colon has an empty value
        if (position_ == (field_ == field::data ? data_name : id_name).size()) {
            start_value();
            content_of_field() = content::other;
        }
        break;
    case state::value_start:
    case state::digits:
        if (position_ == 0) {
            content_of_field() = content::other;
        }
        break;
    case state::rest:
        break;
    }
    state_ = state::line_start;
    return false;
}

} // namespace bench
