#include "pubsub/topic_quota.hpp"

#include <algorithm>

namespace rill::pubsub::detail {

namespace {

// 1 / part_with_events of all topics is reserved for topics that have events.
constexpr std::size_t part_with_events = 4;

std::size_t left(std::size_t max, std::size_t used) noexcept
{
    return max - std::min(max, used);
}

} // namespace

bool topic_quota::allows(std::size_t created, std::size_t present, std::uint64_t client) const noexcept
{
    const auto max_without_events = max_topics_ - max_topics_ / part_with_events;
    if (created > left(max_topics_, present) || created > left(max_without_events, topics_)) {
        return false;
    }
    const auto found = client == 0 ? by_client_.end() : by_client_.find(client);
    const auto used = found == by_client_.end() ? 0 : found->second;
    return created == 0 || client == 0 || created <= left(max_per_client_, used);
}

void topic_quota::prepare(std::uint64_t client)
{
    if (client != 0) {
        by_client_.try_emplace(client, 0);
    }
}

void topic_quota::add(std::uint64_t client) noexcept
{
    ++topics_;
    if (const auto found = by_client_.find(client); found != by_client_.end()) {
        ++found->second;
    }
}

void topic_quota::remove(std::uint64_t client) noexcept
{
    --topics_;
    if (const auto found = by_client_.find(client); found != by_client_.end() && --found->second == 0) {
        by_client_.erase(found);
    }
}

} // namespace rill::pubsub::detail
