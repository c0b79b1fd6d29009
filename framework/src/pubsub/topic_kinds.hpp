#pragma once

#include <chrono>
#include <cstdint>
#include <rill/pubsub/options.hpp>
#include <rill/pubsub/topic_pattern.hpp>
#include <rill/sse/event.hpp>
#include <string_view>
#include <vector>

#include "pubsub/topic_state.hpp"

namespace rill::pubsub::detail {

/// Selects the options of a topic. Kind 0 has the default options. Kind N has the options of the Nth entry of
/// hub_options::by_topic. Immutable, and therefore thread-safe.
class topic_kinds
{
public:
    /// Throws std::invalid_argument for invalid options.
    topic_kinds(channel_options channel, std::vector<topic_options> by_topic);

    const channel_options& options(std::size_t kind) const noexcept
    {
        return kind == 0 ? channel_ : by_topic_[kind - 1].channel;
    }
    std::size_t count() const noexcept { return by_topic_.size() + 1; }

    /// The kind of a topic.
    std::uint32_t of(std::string_view topic) const noexcept;

    /// Sets the kind of a stream with these topics. If all topics have the same kind, the stream has it too. Otherwise
    /// it has kind 0.
    void apply(const std::vector<topic_pattern>& topics, topic_filter& filter) const noexcept;

    /// See channel_options::max_event_bytes.
    bool is_too_large(std::string_view topic, const sse::event& e) const noexcept;

    /// The shortest replay_limits::max_age; 0 if there is none.
    std::chrono::milliseconds shortest_age() const noexcept { return shortest_age_; }

private:
    void add_limits(const channel_options& options);
    bool conflates(const topic_pattern& topics) const noexcept;

    channel_options channel_;
    std::vector<topic_options> by_topic_;
    std::vector<topic_pattern> patterns_; ///< the patterns of by_topic_
    std::size_t smallest_event_limit_ = SIZE_MAX;
    std::chrono::milliseconds shortest_age_{0};
};

} // namespace rill::pubsub::detail
