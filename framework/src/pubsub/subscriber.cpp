#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

backlog_state& fall_behind(subscriber& s, std::uint64_t seen)
{
    if (!s.backlog) {
        s.backlog = std::make_unique<backlog_state>();
        s.backlog->owner = &s;
    }
    s.backlog->position = {.seen = seen, .known_lost = seen};
    s.backlog->requested_until = seen;
    return *s.backlog;
}

extra_links& extra_links_of(subscriber& s)
{
    if (!s.more_links) {
        s.more_links = std::make_unique<extra_links>();
    }
    return *s.more_links;
}

topic_link& unused_link(subscriber& s)
{
    if (!s.link.is_linked()) {
        return s.link;
    }
    auto& more = extra_links_of(s);
    if (more.unused.empty()) {
        return *more.all.emplace_back(std::make_unique<topic_link>());
    }
    auto& link = more.unused.front();
    link.unlink();
    return link;
}

} // namespace rill::pubsub::detail
