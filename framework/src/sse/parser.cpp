#include <rill/sse/parser.hpp>

#include <algorithm>
#include <charconv>
#include <rill/http/detail/max_retry.hpp>
#include <utility>

#include "sse/decode_utf8.hpp"

namespace rill::sse {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string_view without_leading_space(std::string_view value) noexcept
{
    return value.substr(value.starts_with(' ') ? 1 : 0);
}

std::string decoded(std::string_view text)
{
    std::string out;
    append_decoded(out, text);
    return out;
}

// Returns the position of the first CR or LF, or npos. Two calls of find() would be slow. If a stream has only CR, the
// search for LF would read all bytes for each line.
std::size_t first_line_end(std::string_view bytes) noexcept
{
    const auto at = std::ranges::find_if(bytes, [](char c) { return c == '\n' || c == '\r'; });
    return at == bytes.end() ? bytes.npos : static_cast<std::size_t>(at - bytes.begin());
}

} // namespace

parser::parser(parser_limits limits, std::string last_event_id) : limits_(limits), last_id_(std::move(last_event_id))
{
    open_.id = last_id_;
}

result<std::optional<parsed_event>> parser::next(std::string_view& bytes)
{
    while (!failed_ && !bytes.empty()) {
        if (std::exchange(skip_lf_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const auto end = first_line_end(bytes);
        auto line = bytes.substr(0, end);
        if (line.size() > limits_.max_line_bytes - line_.size()) {
            failed_ = true;
            break;
        }
        if (end == bytes.npos) {
            line_.append(line);
            bytes = {};
            break;
        }
        skip_lf_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        const auto joined = line_.empty() ? std::string() : std::exchange(line_, std::string()).append(line);
        line = joined.empty() ? line : std::string_view(joined);
        if (std::exchange(first_line_, false) && line.starts_with(byte_order_mark)) {
            line.remove_prefix(byte_order_mark.size());
        }
        if (!line.empty()) {
            failed_ = !take_line(line);
        } else if (auto event = dispatch()) {
            return event;
        }
    }
    if (failed_) {
        return tl::unexpected(make_error_code(error::message_too_large));
    }
    return std::nullopt;
}

bool parser::take_line(std::string_view line)
{
    const auto colon = line.find(':');
    const auto value = colon == line.npos ? std::string_view() : without_leading_space(line.substr(colon + 1));
    if (colon == 0) {
        if (on_comment_) {
            on_comment_(decoded(value));
        }
        return true;
    }
    return take_field(line.substr(0, colon), value);
}

// Returns false if the event exceeds its limit.
bool parser::take_field(std::string_view name, std::string_view value)
{
    if (name == "data") {
        append_decoded(open_.data, value);
        open_.data += '\n';
    } else if (name == "event") {
        open_.name = decoded(value);
    } else if (name == "id") {
        if (value.find('\0') == value.npos) {
            open_.id = decoded(value);
            open_.has_own_id = true;
        }
    } else if (name == "retry") {
        take_retry(value);
    }
    // The size of the data excludes its last LF.
    return open_.data.size() + open_.name.size() + open_.id.size() <= limits_.max_event_bytes + !open_.data.empty();
}

void parser::take_retry(std::string_view value) noexcept
{
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (value.empty() || !std::ranges::all_of(value, is_digit)) {
        return;
    }
    constexpr auto longest = rill::detail::max_retry.count();
    std::int64_t time = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), time);
    retry_ = std::chrono::milliseconds(read.ec == std::errc() ? std::min<std::int64_t>(time, longest) : longest);
}

std::optional<parsed_event> parser::dispatch()
{
    last_id_ = open_.id;
    parsed_event event = std::exchange(open_, {});
    open_.id = last_id_;
    if (event.data.empty()) {
        return std::nullopt;
    }
    event.data.pop_back();
    if (event.name.empty()) {
        event.name = "message";
    }
    return event;
}

} // namespace rill::sse
