#include <rill/pubsub/snapshot.hpp>

namespace rill::pubsub {

void snapshot::add(const sse::event& e, std::string_view topic)
{
    if (failure_) {
        return;
    }
    if (e.id) {
        failure_ = error::event_id_refused;
        return;
    }
    auto draft = event_draft::make(e, topic);
    if (!draft) {
        failure_ = draft.error();
        return;
    }
    events_.push_back(std::move(*draft));
}

snapshot::content snapshot::release() &&
{
    return {.events = std::move(events_), .position = std::move(position_), .failure = failure_};
}

} // namespace rill::pubsub
