#include "pubsub/publish.hpp"

namespace rill::pubsub::detail {

result<log_id> publish(topic_store& store, std::string_view topic, const sse::event& e, std::string_view key)
{
    if (store.kinds().is_too_large(topic, e)) {
        return tl::unexpected(make_error_code(error::message_too_large));
    }
    auto draft = event_draft::make(e, topic, key);
    if (!draft) {
        return tl::unexpected(draft.error());
    }
    if (!store.make_room(topic)) {
        return tl::unexpected(make_error_code(error::too_many_topics));
    }
    return store.plane().append(std::move(*draft), {}, {});
}

} // namespace rill::pubsub::detail
