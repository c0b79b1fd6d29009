#include "redis/append_queue.hpp"

#include <exception>
#include <iterator>
#include <utility>

namespace rill::redis::detail {

namespace {

// A longer request would delay the other clients of the server, because a script blocks it.
constexpr std::size_t max_batch_bytes = 1024UL * 1024;

} // namespace

result<bool> append_queue::push(pending_append event)
{
    const auto& limits = state_.options();
    const std::lock_guard lock(mutex_);
    const auto size = event.words.text.size();
    if (pending_ >= limits.max_pending_events || (pending_ != 0 && bytes_ + size > limits.max_pending_bytes)) {
        return tl::unexpected(make_error_code(error::log_overloaded));
    }
    ++pending_;
    bytes_ += size;
    waiting_.push_back(std::move(event));
    return waiting_.size() == 1;
}

std::vector<pending_append> append_queue::take()
{
    std::vector<pending_append> taken;
    const std::lock_guard lock(mutex_);
    std::size_t bytes = 0;
    while (!waiting_.empty() && taken.size() < state_.options().max_batch) {
        bytes += waiting_.front().words.text.size();
        if (bytes > max_batch_bytes && !taken.empty()) {
            break;
        }
        taken.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return taken;
}

void append_queue::put_back(std::vector<pending_append> events)
{
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.begin(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
}

void append_queue::expire(clock::time_point since)
{
    std::vector<pending_append> expired;
    std::unique_lock lock(mutex_);
    while (!waiting_.empty() && waiting_.front().since <= since) {
        expired.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    lock.unlock();
    for (auto& event : expired) {
        finish(std::move(event), tl::unexpected(make_error_code(error::log_unavailable)));
    }
}

void append_queue::finish(pending_append event, result<pubsub::log_id> result)
{
    if (result) {
        state_.count_appended(clock::now() - event.since);
    } else {
        state_.count_not_appended(result.error());
    }
    std::unique_lock lock(mutex_);
    --pending_;
    bytes_ -= event.words.text.size();
    lock.unlock();
    try { // the other events of the batch need their results, too
        if (event.done) {
            event.done(std::move(result));
        }
    } catch (const std::exception& e) {
        state_.report("append", e.what());
    }
}

std::size_t append_queue::pending() const
{
    const std::lock_guard lock(mutex_);
    return pending_;
}

} // namespace rill::redis::detail
