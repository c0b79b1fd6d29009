#include <rill/pubsub/topic_pattern.hpp>

#include <algorithm>
#include <rill/sse/encoder.hpp>

namespace rill::pubsub {

namespace {

constexpr std::size_t max_name_bytes = 256;

bool is_name(std::string_view text, bool with_stars) noexcept
{
    return !text.empty() && text.size() <= max_name_bytes && sse::is_valid_utf8(text) &&
           std::none_of(text.begin(), text.end(), [with_stars](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || (c == '*' && !with_stars);
           });
}

// Removes the first segment from the path.
std::string_view take_segment(std::string_view& path) noexcept
{
    const auto end = path.find('/');
    const auto segment = path.substr(0, end);
    path = end == path.npos ? std::string_view() : path.substr(end + 1);
    return segment;
}

std::size_t segments_of(std::string_view path) noexcept
{
    return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) + 1;
}

} // namespace

bool is_topic(std::string_view name) noexcept
{
    return is_name(name, false);
}

result<topic_pattern> topic_pattern::parse(std::string_view text)
{
    const auto invalid = tl::unexpected(make_error_code(error::invalid_topic));
    if (!is_name(text, true)) {
        return invalid;
    }
    topic_pattern pattern;
    pattern.text_ = text;
    auto rest = text;
    for (auto left = segments_of(text); left != 0; --left) {
        const auto segment = take_segment(rest);
        if (segment.find('*') == segment.npos) {
            continue;
        }
        pattern.exact_ = false;
        if (segment != "*" && (segment != "**" || left != 1)) {
            return invalid;
        }
    }
    return pattern;
}

bool topic_pattern::matches(std::string_view topic) const noexcept
{
    if (exact_) {
        return topic == text_;
    }
    std::string_view pattern = text_;
    auto wanted = segments_of(pattern);
    auto left = segments_of(topic);
    for (; wanted != 0 && left != 0; --wanted, --left) {
        const auto segment = take_segment(pattern);
        if (segment == "**") {
            return true;
        }
        if (const auto given = take_segment(topic); segment != "*" && segment != given) {
            return false;
        }
    }
    return wanted == left;
}

bool topic_pattern::overlaps(const topic_pattern& other) const noexcept
{
    std::string_view a = text_;
    std::string_view b = other.text_;
    auto of_a = segments_of(a);
    auto of_b = segments_of(b);
    for (; of_a != 0 && of_b != 0; --of_a, --of_b) {
        const auto one = take_segment(a);
        const auto two = take_segment(b);
        if (one == "**" || two == "**") {
            return true;
        }
        if (one != "*" && two != "*" && one != two) {
            return false;
        }
    }
    return of_a == of_b;
}

} // namespace rill::pubsub
