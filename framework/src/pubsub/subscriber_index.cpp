#include "pubsub/subscriber_index.hpp"

#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

void subscriber_index::add(subscriber& s, const topic_store& store)
{
    const auto& filter = s.filter();
    for (const auto* topic : filter.topics) {
        join(s, find_or_create(*topic, store));
    }
    if (filter.patterns.empty()) {
        return;
    }
    for (const auto& [topic, local] : topics_) {
        if (filter.matches(topic->name) && !filter.contains(*topic)) {
            join(s, *local);
        }
    }
    with_patterns_.push_back(extra_links_of(s).with_patterns);
}

direct_group& subscriber_index::group_of(const std::shared_ptr<endpoint_state>& endpoint, filter_pointer& wanted,
                                         const topic_store& store)
{
    if (!wanted->shared) {
        return *new direct_group(endpoint, wanted);
    }
    auto& groups = find_or_create(*wanted->topics.front(), store).groups;
    for (auto& group : groups) {
        if (group.endpoint == endpoint) {
            wanted.reset(); // the group has the same filter, and the topic owns it
            return group;
        }
    }
    groups.push_front(*new direct_group(endpoint, wanted));
    return groups.front();
}

void subscriber_index::remove(subscriber& s, topic_links::iterator& next) noexcept
{
    const auto leave = [&next](topic_link& link) {
        if (!link.is_linked()) {
            return;
        }
        if (next == topic_links::s_iterator_to(link)) {
            ++next;
        }
        link.unlink();
    };
    leave(s);
    if (const auto& more = s.group->more_links) {
        for (const auto& link : more->all) {
            leave(*link);
        }
        more->with_patterns.unlink();
    }
}

subscriber_index::local_topic& subscriber_index::find_or_create(const topic_state& topic, const topic_store& store)
{
    const auto found = topics_.find(&topic);
    return found != topics_.end() ? *found->second
                                  : create(store.read([&](const topic_table& all) { return all.pointer_to(topic); }));
}

subscriber_index::local_topic* subscriber_index::find_or_create(const topic_pointer& topic)
{
    if (const auto found = topics_.find(topic.get()); found != topics_.end()) {
        return found->second.get();
    }
    for (auto& link : with_patterns_) {
        if (link.owner().filter().selects(*topic)) {
            return &create(topic);
        }
    }
    return nullptr;
}

subscriber_index::local_topic& subscriber_index::create(topic_pointer topic)
{
    auto made = std::make_unique<local_topic>();
    auto& local = *made;
    local.topic = std::move(topic);
    for (auto& link : with_patterns_) {
        if (link.owner().filter().selects(*local.topic)) {
            join(link.owner(), local);
        }
    }
    topics_.emplace(local.topic.get(), std::move(made));
    return local;
}

void subscriber_index::join(subscriber& s, local_topic& topic)
{
    topic.streams.push_back(unused_link(s));
}

void subscriber_index::remove_topic(const topic_pointer& topic)
{
    const auto found = topics_.find(topic.get());
    if (found == topics_.end()) {
        return;
    }
    for (auto& streams = found->second->streams; !streams.empty();) {
        auto& link = streams.front();
        link.unlink();
        if (link.is_extra()) {
            link.owner().group->more_links->unused.push_back(link);
        }
    }
    topics_.erase(found);
}

} // namespace rill::pubsub::detail
