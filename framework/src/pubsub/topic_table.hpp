#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pubsub/removed_topics.hpp"
#include "pubsub/topic_kinds.hpp"
#include "pubsub/topic_quota.hpp"
#include "pubsub/topic_state.hpp"

namespace rill::pubsub::detail {

/// The topics of a channel or a hub, by name, with their subscribers. Not thread-safe. The topic_store guards it.
class topic_table
{
public:
    using clock = replay_buffer::clock;

    struct settings
    {
        std::size_t max_topics = SIZE_MAX;
        std::size_t max_topics_per_client = SIZE_MAX;
        std::chrono::milliseconds idle{0}; ///< see hub_options::idle
        replay_buffer::id_kind ids = replay_buffer::id_kind::numbers;
    };

    /// Throws std::invalid_argument for invalid settings.
    /// @param kinds  must outlive the table
    topic_table(const topic_kinds& kinds, const settings& s);

    /// The topic; nullptr if there is none.
    topic_state* find(std::string_view name) const noexcept;
    topic_pointer pointer_to(const topic_state& topic) const { return topics_.find(topic.name)->second; }

    /// @param client  the client in whose quota a new topic counts; 0: none
    topic_pointer find_or_create(std::string_view name, clock::time_point now, std::uint64_t client = 0);

    /// Call this after the first event of the topic.
    void on_first_event(topic_state& topic) noexcept { quota_.remove(std::exchange(topic.creator, 0)); }

    /// Calls `f(topic_state&)` for each topic that the filter selects.
    template <class F>
    void for_each(const topic_filter& filter, F&& f) const
    {
        for (auto* topic : filter.topics) {
            f(*topic);
        }
        for (const auto& prefix : filter.prefixes) {
            for (auto at = topics_.lower_bound(prefix); at != topics_.end() && at->first.starts_with(prefix); ++at) {
                if (filter.matches(at->first) && !filter.contains(*at->second)) {
                    f(*at->second);
                }
            }
        }
    }
    /// Calls `f(topic_pointer)` for each topic.
    template <class F>
    void for_each(F&& f) const
    {
        for (const auto& [name, topic] : topics_) {
            f(topic);
        }
    }

    bool is_full() const noexcept { return topics_.size() >= quota_.max_topics(); }

    struct added_subscriber
    {
        filter_pointer filter;
        std::vector<const topic_state*> first; ///< the topics for which this is the first subscriber
    };
    /// Adds a stream. Creates topics that do not exist. Returns none if the quota does not allow these topics.
    /// @param topics  sorted, without duplicates
    std::optional<added_subscriber> add_subscriber(std::vector<topic_pattern> topics, std::string name,
                                                   std::uint64_t client, clock::time_point now);
    /// Removes a stream. Sets topic_state::keep_alive of each topic that has no subscriber after that.
    void remove_subscriber(const topic_filter& filter, clock::time_point now) noexcept;

    /// Removes idle topics and events that are too old, if the next sweep is due.
    /// @param at_once  sweep even if the next sweep is not due
    /// @return the removed topics
    std::vector<topic_pointer> remove_idle(clock::time_point now, bool at_once);
    /// Removes one topic.
    void remove(topic_state& topic) noexcept;

    const removed_topics& removed() const noexcept { return removed_; }
    std::size_t size() const noexcept { return topics_.size(); }
    std::vector<std::string> names() const;
    std::size_t subscribers(std::string_view topic) const noexcept;
    std::vector<std::string> subscriber_names(std::string_view topic) const;

private:
    const topic_kinds& kinds_;
    replay_buffer::id_kind ids_;
    clock::duration idle_;        ///< 0: topics are kept
    clock::duration sweep_every_; ///< 0: never
    clock::time_point next_sweep_{};
    std::map<std::string, topic_pointer, std::less<>> topics_;
    topic_quota quota_;
    removed_topics removed_;
};

} // namespace rill::pubsub::detail
