#include "sqlite/append_queue.hpp"

#include <utility>

namespace rill::sqlite::detail {

result<bool> append_queue::push(pending_append append)
{
    const auto size = append.event.footprint();
    const std::lock_guard lock(mutex_);
    if (closed_) {
        return tl::unexpected(make_error_code(error::log_unavailable));
    }
    const bool was_empty = waiting_.empty();
    if (!was_empty && (waiting_.size() >= max_events_ || size > max_bytes_ || bytes_ > max_bytes_ - size)) {
        return tl::unexpected(make_error_code(error::log_overloaded));
    }
    bytes_ += size;
    waiting_.push_back(std::move(append));
    return was_empty;
}

std::vector<pending_append> append_queue::take(std::size_t max_events, std::size_t max_bytes)
{
    std::vector<pending_append> taken;
    const std::lock_guard lock(mutex_);
    for (std::size_t bytes = 0; !waiting_.empty() && taken.size() < max_events && bytes < max_bytes;) {
        const auto size = waiting_.front().event.footprint();
        bytes += size;
        bytes_ -= size;
        taken.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return taken;
}

void append_queue::close()
{
    const std::lock_guard lock(mutex_);
    closed_ = true;
}

bool append_queue::is_empty() const
{
    const std::lock_guard lock(mutex_);
    return waiting_.empty();
}

} // namespace rill::sqlite::detail
