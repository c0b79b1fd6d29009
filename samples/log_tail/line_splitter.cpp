#include "log_tail/line_splitter.hpp"

#include <algorithm>
#include <rill/sse/encoder.hpp>

namespace log_tail {

void line_splitter::feed(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto length = bytes.find('\n');
        hold(bytes.substr(0, length));
        if (length == bytes.npos) {
            return;
        }
        ++offset_;
        complete();
        bytes.remove_prefix(length + 1);
    }
}

void line_splitter::hold(std::string_view part)
{
    offset_ += part.size();
    const auto room = max_length - held_.size();
    held_ += part.substr(0, room);
    cut_ = cut_ || part.size() > room;
}

void line_splitter::restart()
{
    if (!held_.empty()) {
        complete();
    }
    offset_ = 0;
}

void line_splitter::complete()
{
    if (cut_) { // do not cut within a character
        const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
        for (int i = 0; i < 3 && is_continuation(held_.back()); ++i) {
            held_.pop_back();
        }
        if (static_cast<unsigned char>(held_.back()) >= 0xC0) {
            held_.pop_back();
        }
        held_ += "\u2026"; // an ellipsis
    } else if (held_.ends_with('\r')) {
        held_.pop_back();
    }
    lines_.push_back({to_utf8(held_), offset_});
    held_.clear();
    cut_ = false;
}

std::optional<line> line_splitter::next()
{
    if (lines_.empty()) {
        return std::nullopt;
    }
    auto first = std::move(lines_.front());
    lines_.pop_front();
    return first;
}

std::size_t begin_of_last_lines(std::string_view text, unsigned count, bool whole) noexcept
{
    const auto last = text.rfind('\n');
    if (last == text.npos) {
        return whole ? 0 : text.size();
    }
    auto begin = last + 1;
    for (unsigned i = 0; i < count; ++i) {
        const auto before = begin < 2 ? text.npos : text.rfind('\n', begin - 2);
        if (before == text.npos) {
            return whole ? 0 : begin;
        }
        begin = before + 1;
    }
    return begin;
}

std::string to_utf8(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const auto lead = static_cast<unsigned char>(text.front());
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        const auto character = text.substr(0, length);
        const bool good = character.size() == length && rill::sse::is_valid_utf8(character);
        result += good ? character : "\uFFFD";
        text.remove_prefix(good ? length : 1);
    }
    return result;
}

} // namespace log_tail
