#pragma once

#include <memory>
#include <unordered_map>
#include <utility>

#include "pubsub/direct_group.hpp"
#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

class topic_store;

/// The subscribers of one worker by topic. A topic is in the index after a subscriber of the worker has selected it.
class subscriber_index
{
public:
    struct local_topic
    {
        topic_pointer topic;
        topic_links streams;
        list_of<direct_group> groups; ///< the groups of the streams that select only this topic
    };

    void add(subscriber& s, const topic_store& store);
    /// Returns the group for a stream of this endpoint with this filter, which moves to the group. Streams with the
    /// same shared filter have one group for each endpoint. If this throws because memory is exhausted, `wanted` is
    /// unchanged.
    direct_group& group_of(const std::shared_ptr<endpoint_state>& endpoint, filter_pointer& wanted,
                           const topic_store& store);
    /// Advances `next` if it points to a link of the subscriber.
    void remove(subscriber& s, topic_links::iterator& next) noexcept;

    /// Returns the topic with its subscribers. Creates it if a pattern of a subscriber matches it. Returns nullptr if
    /// no subscriber selects it.
    local_topic* find_or_create(const topic_pointer& topic);
    /// Removes a topic that the store has removed. Subscribers keep their extra links for other topics.
    void remove_topic(const topic_pointer& topic);

    /// Calls `f(subscriber&)` for each subscriber, once for each of its topics, and once more if it has patterns.
    template <class F>
    void for_each(F&& f)
    {
        for (auto& link : with_patterns_) {
            f(link.owner());
        }
        for (const auto& [topic, local] : topics_) {
            for (auto& link : local->streams) {
                f(link.owner());
            }
        }
    }

    /// Calls `f(subscriber&)` for all subscribers, possibly several times for one subscriber. `f` may destroy any
    /// subscriber. The link of a subscriber is removed before the call.
    template <class F>
    void drain(F&& f)
    {
        while (!with_patterns_.empty()) {
            f(unlink_first(with_patterns_));
        }
        for (const auto& [topic, local] : topics_) {
            while (!local->streams.empty()) {
                f(unlink_first(local->streams));
            }
        }
    }

private:
    local_topic& find_or_create(const topic_state& topic, const topic_store& store);
    local_topic& create(topic_pointer topic);
    static void join(subscriber& s, local_topic& topic);
    static subscriber& unlink_first(topic_links& links) noexcept
    {
        auto& link = links.front();
        link.unlink();
        return link.owner();
    }

    std::unordered_map<const topic_state*, std::unique_ptr<local_topic>> topics_;
    topic_links with_patterns_;
};

} // namespace rill::pubsub::detail
