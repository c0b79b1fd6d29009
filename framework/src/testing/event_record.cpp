#include "testing/event_record.hpp"

#include <string>
#include <utility>

namespace rill::testing::detail {

observer event_record::make_observer(const observer& user, std::function<void(std::uint64_t)> on_opened)
{
    observer out;
    out.log = [this, &user](log_level level, std::string_view text) {
        log_.push_back({level, std::string(text)});
        if (user.log) {
            user.log(level, text);
        }
    };
    out.on_stream_opened = [&user, on_opened = std::move(on_opened)](const observer::stream_opened& opened) {
        on_opened(opened.id);
        if (user.on_stream_opened) {
            user.on_stream_opened(opened);
        }
    };
    out.on_stream_closed = [this, &user](const observer::stream_closed& closed) {
        ended_streams_[closed.id] = closed.reason;
        reasons_.push_back(closed.reason);
        if (user.on_stream_closed) {
            user.on_stream_closed(closed);
        }
    };
    return out;
}

std::optional<close_reason> event_record::reason_of(std::uint64_t stream) const
{
    const auto found = ended_streams_.find(stream);
    return found == ended_streams_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace rill::testing::detail
