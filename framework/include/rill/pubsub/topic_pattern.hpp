#pragma once

#include <rill/core/error.hpp>
#include <string>
#include <string_view>

namespace rill::pubsub {

/// Whether `name` can be a topic's: 1 to 256 bytes of UTF-8 without control characters and without '*'. By custom a
/// path, "news/sport".
bool is_topic(std::string_view name) noexcept;

/// A topic's name, or a pattern of names: '*' stands for one segment of the path, '**' at the end for any rest of one
/// or more segments. So "rooms/*" matches "rooms/1", "rooms/**" also "rooms/1/typing", and "**" everything.
class topic_pattern
{
public:
    /// Fails with error::invalid_topic: a '*' that is only a part of its segment, a '**' that is not the last.
    static result<topic_pattern> parse(std::string_view text);

    bool matches(std::string_view topic) const noexcept;

    /// Whether there may be a topic that both match.
    bool overlaps(const topic_pattern& other) const noexcept;

    /// Whether it is the name of one topic.
    bool is_exact() const noexcept { return exact_; }
    const std::string& text() const noexcept { return text_; }

    friend bool operator==(const topic_pattern&, const topic_pattern&) = default;

private:
    std::string text_;
    bool exact_ = true;
};

} // namespace rill::pubsub
