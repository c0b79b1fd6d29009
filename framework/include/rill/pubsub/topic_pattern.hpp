#pragma once

#include <rill/core/error.hpp>
#include <string>
#include <string_view>

namespace rill::pubsub {

/// Whether `name` is a valid name of a topic: 1 to 256 bytes of UTF-8 without control characters and without '*'. By
/// convention, a name is a path such as "news/sport".
bool is_topic(std::string_view name) noexcept;

/// The name of a topic, or a pattern of names. '*' matches one segment of the path. '**' is allowed at the end and
/// matches one or more segments. "rooms/*" matches "rooms/1"; "rooms/**" also matches "rooms/1/typing"; "**" matches
/// every topic.
class topic_pattern
{
public:
    /// Errors: error::invalid_topic, also if a '*' is only a part of its segment or a '**' is not the last segment.
    static result<topic_pattern> parse(std::string_view text);

    bool matches(std::string_view topic) const noexcept;

    /// Whether both patterns can match the same topic.
    bool overlaps(const topic_pattern& other) const noexcept;

    /// Whether this is the name of one topic, without '*'.
    bool is_exact() const noexcept { return exact_; }
    const std::string& text() const noexcept { return text_; }

    friend bool operator==(const topic_pattern&, const topic_pattern&) = default;

private:
    std::string text_;
    bool exact_ = true;
};

} // namespace rill::pubsub
