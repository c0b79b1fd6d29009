#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <vector>

#include "redis/entry.hpp"
#include "redis/log_state.hpp"

namespace rill::redis::detail {

/// An event that waits for the acknowledgment of the server.
struct pending_append
{
    entry_words words;
    pubsub::backplane::appended done;
    std::chrono::steady_clock::time_point since;
};

/// The events that wait for the thread of the log, in the order of their appends. Thread-safe.
class append_queue
{
public:
    using clock = std::chrono::steady_clock;

    explicit append_queue(log_state& state) : state_(state) {}

    /// Returns whether the thread of the log must be woken. Errors: error::log_overloaded.
    result<bool> push(pending_append event);
    /// Removes the first events: at most max_batch, and at most 1 MiB except for the first one. They still count as
    /// pending.
    std::vector<pending_append> take();
    /// Returns events that take() has removed and that were not sent.
    void put_back(std::vector<pending_append> events);
    /// Ends the events that have waited since this time or longer with error::log_unavailable.
    void expire(clock::time_point since);
    /// Ends an event that take() has removed.
    void finish(pending_append event, result<pubsub::log_id> result);

    /// Number of events without a result.
    std::size_t pending() const;

private:
    log_state& state_;
    mutable std::mutex mutex_;
    std::deque<pending_append> waiting_;
    std::size_t pending_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace rill::redis::detail
