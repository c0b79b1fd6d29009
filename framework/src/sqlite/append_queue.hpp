#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <vector>

#include "sqlite/event_table.hpp"

namespace rill::sqlite::detail {

/// An event that waits for the file.
struct pending_append
{
    pubsub::event_draft event;
    other_fields other{};
    std::string key{};
    pubsub::backplane::appended done{};
    std::chrono::steady_clock::time_point since{};
    std::uint64_t id = 0;   ///< the assigned id
    bool is_repeat = false; ///< the log already holds an event with this key
};

/// The events of all publishers, in the order in which the log appends them. Thread-safe.
class append_queue
{
public:
    append_queue(std::size_t max_events, std::size_t max_bytes) : max_events_(max_events), max_bytes_(max_bytes) {}

    /// Errors: error::log_overloaded; error::log_unavailable after close().
    /// @return whether the queue was empty, so that the thread of the log must be notified
    result<bool> push(pending_append append);
    /// Removes the oldest events up to about these limits.
    std::vector<pending_append> take(std::size_t max_events, std::size_t max_bytes);
    void close();
    bool is_empty() const;

private:
    const std::size_t max_events_;
    const std::size_t max_bytes_;
    mutable std::mutex mutex_;
    std::deque<pending_append> waiting_;
    std::size_t bytes_ = 0;
    bool closed_ = false;
};

} // namespace rill::sqlite::detail
