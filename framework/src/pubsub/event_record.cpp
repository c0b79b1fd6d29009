#include <rill/pubsub/event_record.hpp>

#include <charconv>
#include <rill/pubsub/topic_pattern.hpp>
#include <string_view>

namespace rill::pubsub {

namespace {

// Removes the first line and its line end from `lines`.
std::string_view take_line(std::string_view& lines) noexcept
{
    const auto end = lines.find('\n');
    const auto line = lines.substr(0, end);
    lines.remove_prefix(end == lines.npos ? lines.size() : end + 1);
    return line;
}

} // namespace

event_record::event_record(const event_draft& draft) : topic(draft.topic()), key(draft.key()), name(draft.name())
{
    if (draft.has_data()) {
        data.emplace(draft.data());
    }
    constexpr std::string_view comment_field = ": ";
    constexpr std::string_view retry_field = "retry: ";
    bool has_comment = false;
    for (auto lines = draft.lines(); !lines.empty();) {
        const auto line = take_line(lines);
        if (line.starts_with(comment_field)) {
            comment.append(has_comment ? "\n" : "").append(line.substr(comment_field.size()));
            has_comment = true;
        } else if (line.starts_with(retry_field)) {
            std::chrono::milliseconds::rep count = 0;
            std::from_chars(line.data() + retry_field.size(), line.data() + line.size(), count);
            retry.emplace(count);
        }
    }
}

result<event_draft> event_record::draft() const
{
    if (!topic.empty() && !is_topic(topic)) {
        return tl::unexpected(make_error_code(error::invalid_topic));
    }
    sse::event e;
    if (data) {
        e.data = *data;
    }
    if (!name.empty()) {
        const auto valid = sse::event_name::parse(name);
        if (!valid) {
            return tl::unexpected(valid.error());
        }
        e.name = *valid;
    }
    if (!comment.empty()) {
        e.comment = comment;
    }
    if (retry) {
        e.retry = *retry;
    }
    return event_draft::make(e, topic, key);
}

} // namespace rill::pubsub
