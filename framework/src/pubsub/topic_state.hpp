#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <rill/pubsub/topic_pattern.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pubsub/replay_buffer.hpp"

namespace rill::pubsub::detail {

struct topic_state;

/// The topics that one stream selects.
struct topic_filter
{
    /// The topics that the stream names, sorted by name, without duplicates. They exist as long as they have
    /// subscribers.
    std::vector<topic_state*> topics;
    std::vector<topic_pattern> patterns; ///< only texts with a wildcard
    /// The literal prefixes of the patterns, sorted. No prefix begins with another one.
    std::vector<std::string> prefixes;
    std::string subscriber_name;
    std::uint32_t kind = 0; ///< selects the options of the stream, see topic_kinds
    bool conflates = false; ///< at least one topic has latest_per_key, or a pattern may match such a topic
    bool shared = false;    ///< this is a topic_state::single_topic_filter

    /// Whether the stream names the topic.
    bool contains(const topic_state& topic) const noexcept;
    /// Whether a pattern matches the topic.
    bool matches(std::string_view topic) const noexcept;
    bool selects(const topic_state& topic) const noexcept;
    bool selects(std::string_view topic) const noexcept;
};

struct topic_filter_deleter
{
    void operator()(topic_filter* filter) const noexcept
    {
        if (!filter->shared) {
            delete filter;
        }
    }
};
using filter_pointer = std::unique_ptr<topic_filter, topic_filter_deleter>;

/// Sets the patterns and their prefixes.
void set_patterns(topic_filter& filter, std::vector<topic_pattern> patterns);

/// One topic, with its past events and its subscribers. Belongs to the topic_store, whose mutex guards it. `name` and
/// `kind` never change.
struct topic_state
{
    topic_state(std::string n, std::uint32_t k, const replay_buffer::settings& s)
        : name(std::move(n)), kind(k), buffer(s),
          single_topic_filter{.topics = {this}, .kind = kind, .conflates = s.latest_per_key, .shared = true}
    {}

    std::string name;
    std::uint32_t kind; ///< selects the options of the topic, see topic_kinds
    replay_buffer buffer;
    std::size_t subscribers = 0;
    std::uint64_t creator = 0; ///< the client in whose quota the topic counts, see topic_quota; 0: none
    std::map<std::string, std::size_t, std::less<>> subscriber_names; ///< the number of subscribers with each name
    replay_buffer::clock::time_point last_used{};
    bool removed = false;
    std::shared_ptr<topic_state> keep_alive; ///< a pointer to this topic, while its last subscriber is removed
    topic_filter single_topic_filter;        ///< shared by all unnamed streams that select only this topic

    bool never_had_an_event() const noexcept { return buffer.end() == 1; }
};

using topic_pointer = std::shared_ptr<topic_state>;

} // namespace rill::pubsub::detail
