#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pubsub/topic_state.hpp"

namespace rill::pubsub::detail {

/// The last sequence numbers of removed topics. Without them, the removal of any topic would cause gaps. A client that
/// reconnects to a quiet topic would get a gap notice, although it has missed nothing. Not thread-safe.
class removed_topics
{
public:
    /// @param start  events up to this sequence number are unknown
    explicit removed_topics(std::uint64_t start) noexcept : lost_until_(start), known_after_(start) {}

    /// A topic of that name may have lost events up to this sequence number if it is created again.
    std::uint64_t lost_until(std::string_view name) const;

    /// A removed topic of any name may have had events up to this sequence number.
    std::uint64_t lost_until() const noexcept { return lost_until_; }

    void add(const topic_state& topic) noexcept;

private:
    std::uint64_t lost_until_;
    std::unordered_map<std::string, std::uint64_t> by_name_;
    std::uint64_t known_after_; ///< removed topics that are not in by_name_ had no event after this sequence number
};

} // namespace rill::pubsub::detail
