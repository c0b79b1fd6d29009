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
    auto& links = s.group->more_links;
    if (!links) {
        links = std::make_unique<extra_links>(s);
    }
    return *links;
}

topic_link& unused_link(subscriber& s)
{
    if (!s.is_linked()) {
        return s;
    }
    auto& more = extra_links_of(s);
    if (more.unused.empty()) {
        return *more.all.emplace_back(std::make_unique<extra_link>(s));
    }
    auto& link = more.unused.front();
    link.unlink();
    return link;
}

} // namespace rill::pubsub::detail
