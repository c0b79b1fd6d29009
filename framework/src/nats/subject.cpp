#include "nats/subject.hpp"

#include <algorithm>
#include <rill/pubsub/topic_pattern.hpp>

#include "http/percent.hpp"

namespace rill::nats {

namespace {

template <class Predicate>
void append_encoded(std::string& out, std::string_view text, const Predicate& must_encode)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (must_encode(byte)) {
            out.append({'%', digits[byte / 16], digits[byte % 16]});
        } else {
            out += c;
        }
    }
}

bool encoded_in_header(unsigned char c) noexcept
{
    return c <= 0x20 || c == 0x7f || c == '%';
}

bool encoded_in_token(unsigned char c) noexcept
{
    return encoded_in_header(c) || c == '.' || c == '*' || c == '>';
}

// Calls `append(segment)` for each segment of a path.
template <class Append>
void for_each_segment(std::string_view path, const Append& append)
{
    for (bool more = true; more;) {
        const auto end = path.find('/');
        append(path.substr(0, end));
        more = end != path.npos;
        path.remove_prefix(more ? end + 1 : path.size());
    }
}

void append_token(std::string& out, std::string_view segment)
{
    out += '.';
    if (segment.empty()) {
        out += '%';
    } else {
        append_encoded(out, segment, encoded_in_token);
    }
}

} // namespace

std::string subject_map::subject(std::string_view topic) const
{
    auto out = prefix_;
    if (!topic.empty()) {
        for_each_segment(topic, [&](std::string_view segment) { append_token(out, segment); });
    }
    return out;
}

std::optional<std::string> subject_map::topic(std::string_view subject) const
{
    if (subject == prefix_) {
        return std::string();
    }
    if (!subject.starts_with(prefix_) || subject.substr(prefix_.size(), 1) != ".") {
        return std::nullopt;
    }
    std::string path(subject.substr(prefix_.size() + 1));
    std::ranges::replace(path, '.', '/');
    std::string out;
    bool first = true;
    for_each_segment(path, [&](std::string_view token) {
        out += first ? "" : "/";
        first = false;
        out += token == "%" ? std::string() : percent_decode(token).value_or("*"); // no topic contains '*'
    });
    // A different spelling of a topic is refused. Otherwise a NATS subscription to the topic would miss events.
    if (!pubsub::is_topic(out) || this->subject(out) != subject) {
        return std::nullopt;
    }
    return out;
}

bool is_subject_prefix(std::string_view text) noexcept
{
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == text.npos &&
           std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '.'; });
}

std::string encode_header(std::string_view text)
{
    std::string out;
    append_encoded(out, text, encoded_in_header);
    return out;
}

std::optional<std::string> decode_header(std::string_view text)
{
    return percent_decode(text);
}

} // namespace rill::nats
