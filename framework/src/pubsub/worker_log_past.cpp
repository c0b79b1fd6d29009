// Streams that begin with what only the backplane holds: a page at a time, until the log holds what follows. From there
// on they are as all others that are behind.

#include "pubsub/worker_log.hpp"

#include <utility>

namespace rill::pubsub::detail {

// The next event of what the backplane has. None, as long as a page has not come: then it is ready again later. None
// also when this is done: then `past` is none as well, or the stream has ended.
encoded_event worker_log::pull_past(subscriber& s)
{
    const auto past = s.behind->past;
    for (auto* e = past->next(); e != nullptr; e = past->next()) {
        if (s.wanted->wants(e->event.topic())) {
            auto event = std::move(e->event).finish(e->id);
            past->pass();
            return event;
        }
        past->pass();
    }
    switch (past->now()) {
    case past_reading::state::asked:
        return {};
    case past_reading::state::failed:
        end_past(s, log_->begin_without(*s.wanted, *past));
        return {};
    default:
        break;
    }
    // Not before the backplane has known the id: what is not in the log may have been lost.
    auto start = past->has_begun() ? log_->begin_behind(*s.wanted, *past) : std::nullopt;
    if (start) {
        end_past(s, std::move(*start));
    } else if (past->now() == past_reading::state::at_end && log_->newest() == past->newest_then()) {
        // The log is behind the backplane: it is about to get what this one has seen already.
        if (!std::exchange(past->listed, true)) {
            at_end_.push_back(past);
        }
    } else {
        past->ask(*log_, link_->address);
    }
    return {};
}

void worker_log::end_past(subscriber& s, event_log::beginning start)
{
    const auto past = std::move(s.behind->past);
    past->owner = nullptr;
    if (start.unknown) {
        s.now = subscriber::state::ended;
        s.on_evicted(past->failure());
        return;
    }
    auto& b = place(s, std::move(start));
    b.events = b.bytes = 0;
}

// Something new: perhaps the log has come to where they are.
void worker_log::wake_at_end()
{
    for (const auto& past : std::exchange(at_end_, {})) {
        past->listed = false;
        make_ready(*past->owner);
    }
}

} // namespace rill::pubsub::detail
