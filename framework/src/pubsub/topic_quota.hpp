#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace rill::pubsub::detail {

/// Counts the topics that never had an event: the total, and the number for each client. Not thread-safe.
class topic_quota
{
public:
    /// @param max_topics  see hub_options::max_topics
    /// @param max_per_client  see hub_options::max_topics_per_client
    topic_quota(std::size_t max_topics, std::size_t max_per_client) noexcept
        : max_topics_(max_topics), max_per_client_(max_per_client)
    {}

    std::size_t max_topics() const noexcept { return max_topics_; }

    /// Whether a client may create that many topics.
    /// @param present  the number of existing topics
    /// @param client  0 means a client without a quota
    bool allows(std::size_t created, std::size_t present, std::uint64_t client) const noexcept;

    /// Allocates what add() needs.
    void prepare(std::uint64_t client);
    /// Counts a topic. Call prepare() for this client first.
    void add(std::uint64_t client) noexcept;
    /// Call this after the first event of the topic, or when the topic is removed without an event.
    void remove(std::uint64_t client) noexcept;

private:
    std::size_t max_topics_;
    std::size_t max_per_client_;
    std::size_t topics_ = 0;
    std::unordered_map<std::uint64_t, std::size_t> by_client_;
};

} // namespace rill::pubsub::detail
