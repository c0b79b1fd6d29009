#include "harness/client/response_scanner.hpp"

#include <algorithm>
#include <array>

namespace bench {

namespace {

constexpr std::array<std::string_view, 3> field_names{"transfer-encoding", "content-type", "content-length"};
constexpr std::string_view chunked = "chunked";
constexpr std::string_view event_stream = "text/event-stream";
constexpr std::string_view status_line = "HTTP/1.d ddd"; // d stands for any digit
constexpr std::uint64_t largest_size = std::uint64_t(1) << 56;

constexpr char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Returns 16 if the character is not a hexadecimal digit.
constexpr unsigned hex_value(char c)
{
    c = lower(c);
    return is_digit(c)            ? static_cast<unsigned>(c - '0')
           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                                  : 16;
}

} // namespace

response_scanner::step response_scanner::next(std::string_view& bytes, std::string_view& body) noexcept
{
    while (!bytes.empty()) {
        if (state_ == state::broken) {
            return step::malformed;
        }
        if (state_ == state::complete) {
            return step::end;
        }
        if (state_ == state::until_close || state_ == state::sized || state_ == state::chunk_data) {
            body = take_body(bytes);
            return step::body;
        }
        const char c = bytes.front();
        bytes.remove_prefix(1);
        if (state_ > state::until_close) {
            read_chunk_frame(c);
        } else if (read_head(c)) {
            return step::head;
        }
    }
    return state_ == state::broken ? step::malformed : state_ == state::complete ? step::end : step::more;
}

std::string_view response_scanner::take_body(std::string_view& bytes) noexcept
{
    auto size = bytes.size();
    if (state_ != state::until_close) {
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
        left_ -= size;
        if (left_ == 0) {
            state_ = state_ == state::sized ? state::complete : state::chunk_end;
        }
    }
    const auto body = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return body;
}

// Returns whether the head is complete.
bool response_scanner::read_head(char c) noexcept
{
    switch (state_) {
    case state::status_line:
        read_status_line(c);
        return false;
    case state::line_start:
        if (c == '\n') {
            end_head();
            return state_ != state::status_line;
        }
        if (c != '\r') {
            position_ = 0;
            candidates_ = (1U << field_names.size()) - 1;
            read_field_name(c);
        }
        return false;
    case state::field_name:
        read_field_name(c);
        return false;
    case state::field_value:
        read_field_value(c);
        return false;
    case state::rest_of_status_line:
        if (position_ == status_line.size() && is_digit(c)) { // a status of four digits is malformed
            state_ = state::broken;
            return false;
        }
        position_ = 0;
        [[fallthrough]];
    default: // the rest of a line
        if (c == '\n') {
            state_ = state::line_start;
        }
        return false;
    }
}

void response_scanner::read_status_line(char c) noexcept
{
    const char wanted = status_line[position_];
    if (wanted == 'd' ? !is_digit(c) : c != wanted) {
        state_ = state::broken;
        return;
    }
    if (position_ > status_line.find(' ')) {
        status_ = static_cast<std::uint16_t>(status_ * 10 + (c - '0'));
    }
    if (++position_ == status_line.size()) {
        state_ = state::rest_of_status_line;
    }
}

void response_scanner::read_field_name(char c) noexcept
{
    state_ = c == '\n' ? state::line_start : state::field_name;
    if (c != ':') {
        for (std::size_t i = 0; i < field_names.size(); ++i) {
            if (position_ >= field_names[i].size() || lower(c) != field_names[i][position_]) {
                candidates_ &= static_cast<std::uint8_t>(~(1U << i));
            }
        }
        position_ = static_cast<std::uint8_t>(std::min(position_ + 1, 255));
        return;
    }
    state_ = state::rest_of_line;
    for (std::size_t i = 0; i < field_names.size(); ++i) {
        if ((candidates_ & (1U << i)) != 0 && position_ == field_names[i].size()) {
            field_ = static_cast<field>(i);
            state_ = state::field_value;
        }
    }
    position_ = 0;
}

void response_scanner::read_field_value(char c) noexcept
{
    if (c == '\n') {
        state_ = state::line_start;
        return;
    }
    const bool is_space = c == ' ' || c == '\t' || c == '\r';
    switch (field_) {
    case field::transfer_encoding: // a list whose last item is "chunked"
        position_ = lower(c) == chunked[position_] ? position_ + 1 : lower(c) == chunked[0] ? 1 : 0;
        if (position_ == chunked.size()) {
            is_chunked_ = true;
            state_ = state::rest_of_line;
        }
        break;
    case field::content_type:
        if (is_space && position_ == 0) {
            break;
        }
        if (lower(c) != event_stream[position_]) {
            state_ = state::rest_of_line;
        } else if (++position_ == event_stream.size()) {
            is_event_stream_ = true;
            state_ = state::rest_of_line;
        }
        break;
    case field::content_length:
        if (is_digit(c) && left_ < largest_size) {
            left_ = left_ * 10 + static_cast<unsigned>(c - '0');
            is_sized_ = true;
        } else if (!is_space) {
            state_ = state::broken;
        }
        break;
    }
}

void response_scanner::end_head() noexcept
{
    if (status_ < 200) { // after an interim response, the final response follows
        *this = response_scanner();
    } else if (is_chunked_) {
        left_ = 0;
        position_ = 0;
        state_ = state::chunk_size;
    } else if (is_sized_) {
        state_ = left_ == 0 ? state::complete : state::sized;
    } else {
        state_ = state::until_close;
    }
}

void response_scanner::read_chunk_frame(char c) noexcept
{
    switch (state_) {
    case state::chunk_size:
        if (const auto value = hex_value(c); value < 16 && left_ < largest_size) {
            left_ = left_ * 16 + value;
            position_ = 1; // the size has at least one digit
            return;
        }
        if (position_ == 0 || (c != ';' && c != '\r' && c != '\n' && c != ' ' && c != '\t')) {
            state_ = state::broken;
            return;
        }
        state_ = state::chunk_extension;
        [[fallthrough]];
    case state::chunk_extension:
        if (c == '\n') {
            state_ = left_ == 0 ? state::trailer_start : state::chunk_data;
        }
        return;
    case state::chunk_end:
        if (c == '\n') {
            position_ = 0;
            state_ = state::chunk_size;
        } else if (c != '\r') {
            state_ = state::broken;
        }
        return;
    case state::trailer_start:
        if (c != '\r') {
            state_ = c == '\n' ? state::complete : state::trailer;
        }
        return;
    default: // a trailer field
        if (c == '\n') {
            state_ = state::trailer_start;
        }
        return;
    }
}

} // namespace bench
