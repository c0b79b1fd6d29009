#include "transport/chunk_decoder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "http/grammar.hpp"
#include "transport/field_line.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t size_line_bytes = 4096;

// Each of these fields would change a decision that the server makes before the body. These decisions are about the end
// of the message, its target, its sender, or its content (RFC 9110, 6.5.1).
bool is_forbidden_trailer(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 14> forbidden{"Transfer-Encoding",
                                                         "Content-Length",
                                                         "Host",
                                                         "Authorization",
                                                         "Proxy-Authorization",
                                                         "Content-Type",
                                                         "Content-Range",
                                                         "Cookie",
                                                         "Trailer",
                                                         "Content-Encoding",
                                                         "Connection",
                                                         "Expect",
                                                         "Upgrade",
                                                         "TE"};
    return std::ranges::any_of(forbidden, [&](std::string_view other) { return iequals(other, name); });
}

// Reads one chunk-ext after another (RFC 9112, 7.1.1): *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
class extensions
{
public:
    explicit extensions(std::string_view text) noexcept : text_(text) {}

    bool valid() noexcept
    {
        while (!text_.empty()) {
            skip_blanks();
            if (!skip(';')) {
                return false; // white space at the end is also invalid
            }
            skip_blanks();
            if (!skip_token()) {
                return false;
            }
            const auto after_name = text_;
            skip_blanks();
            if (!skip('=')) {
                text_ = after_name;
                continue;
            }
            skip_blanks();
            if (!skip_token() && !skip_quoted()) {
                return false;
            }
        }
        return true;
    }

private:
    void skip_blanks() noexcept { text_.remove_prefix(std::min(text_.find_first_not_of(" \t"), text_.size())); }

    bool skip(char c) noexcept
    {
        const bool there = text_.starts_with(c);
        text_.remove_prefix(there ? 1 : 0);
        return there;
    }

    bool skip_token() noexcept
    {
        const auto before = text_.size();
        while (!text_.empty() && detail::is(text_.front(), detail::token_char)) {
            text_.remove_prefix(1);
        }
        return text_.size() != before;
    }

    bool skip_quoted() noexcept
    {
        if (!skip('"')) {
            return false;
        }
        while (!text_.empty()) {
            if (skip('"')) {
                return true;
            }
            static_cast<void>(skip('\\')); // the next character is escaped
            if (text_.empty() || !detail::is(text_.front(), detail::value_char)) {
                return false;
            }
            text_.remove_prefix(1);
        }
        return false;
    }

    std::string_view text_;
};

// Removes the size from the line, and returns it. Returns none if there is no size, or if it has more than 64 bits.
std::optional<std::uint64_t> take_size(std::string_view& line) noexcept
{
    std::uint64_t size = 0;
    const auto [end, ec] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (ec != std::errc()) { // for an unsigned number, from_chars accepts no sign and no "0x"
        return std::nullopt;
    }
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    return size;
}

// Removes a line from the input, and returns it without its LF. Returns none if the line is not complete.
std::optional<std::string_view> take_line(std::string_view& input) noexcept
{
    const auto end = input.find('\n');
    if (end == input.npos) {
        return std::nullopt;
    }
    const auto line = input.substr(0, end);
    input.remove_prefix(end + 1);
    return line;
}

} // namespace

chunk_decoder::state chunk_decoder::put(std::string_view& input, std::string& body)
{
    auto outcome = state::need_more;
    for (std::size_t before = input.size() + 1; outcome == state::need_more && input.size() != before;) {
        before = input.size();
        outcome = step(input, body);
    }
    return outcome;
}

// Returns need_more after each part. More input is needed only if `input` did not change.
chunk_decoder::state chunk_decoder::step(std::string_view& input, std::string& body)
{
    switch (part_) {
    case part::size:
        return put_size(input);
    case part::data:
        return put_data(input, body);
    case part::data_end:
        return put_data_end(input);
    case part::trailer:
        return put_trailer(input);
    case part::rejected:
        break;
    }
    return state::rejected;
}

chunk_decoder::state chunk_decoder::put_size(std::string_view& input)
{
    const auto begin = input;
    auto line = take_line(input);
    if ((line ? line->size() : begin.size()) > size_line_bytes) {
        return reject(status::bad_request, "the line before a chunk is too long");
    }
    if (!line) {
        return state::need_more;
    }
    if (!line->ends_with('\r')) {
        return reject(status::bad_request, "a line before a chunk does not end with CRLF");
    }
    line->remove_suffix(1);
    const auto size = take_size(*line);
    if (!size) {
        return reject(status::bad_request, "a chunk's size is malformed");
    }
    if (!extensions(*line).valid()) {
        return reject(status::bad_request, "a chunk's extension is malformed");
    }
    extension_bytes_ += line->size();
    if (extension_bytes_ > limits_.max_head_bytes) {
        return reject(status::bad_request, "the chunks' extensions are too long");
    }
    if (*size > body_limit_ || total_ > body_limit_ - *size) {
        return reject(status::payload_too_large, "the body is larger than " + std::to_string(body_limit_) + " bytes");
    }
    total_ += *size;
    left_ = *size;
    part_ = left_ == 0 ? part::trailer : part::data;
    return state::need_more;
}

chunk_decoder::state chunk_decoder::put_data(std::string_view& input, std::string& body)
{
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
    body.append(input.substr(0, count));
    input.remove_prefix(count);
    left_ -= count;
    if (left_ == 0) {
        part_ = part::data_end;
    }
    return state::need_more;
}

chunk_decoder::state chunk_decoder::put_data_end(std::string_view& input)
{
    constexpr std::string_view end = "\r\n";
    if (!end.starts_with(input.substr(0, end.size()))) {
        return reject(status::bad_request, "a chunk is not followed by CRLF");
    }
    if (input.size() >= end.size()) {
        input.remove_prefix(end.size());
        part_ = part::size;
    }
    return state::need_more;
}

chunk_decoder::state chunk_decoder::put_trailer(std::string_view& input)
{
    const auto before = input.size();
    const auto line = take_line(input);
    const auto bytes = before - (line ? input.size() : 0);
    if (trailer_bytes_ + bytes > limits_.max_head_bytes) {
        return reject(status::request_header_fields_too_large,
                      "the trailer section is longer than " + std::to_string(limits_.max_head_bytes) + " bytes");
    }
    if (!line) {
        return state::need_more;
    }
    trailer_bytes_ += bytes;
    if (*line == "\r") {
        return state::complete;
    }
    const auto field = parse_field_line(*line);
    if (!field) {
        return reject(status::bad_request, "a trailer field is malformed");
    }
    if (is_forbidden_trailer(field->name)) {
        return reject(status::bad_request, "the field " + std::string(field->name) + " can't be a trailer");
    }
    return state::need_more;
}

chunk_decoder::state chunk_decoder::reject(status status, std::string detail)
{
    part_ = part::rejected;
    rejection_ = {.status = status, .detail = std::move(detail), .title = {}};
    return state::rejected;
}

} // namespace rill::transport
