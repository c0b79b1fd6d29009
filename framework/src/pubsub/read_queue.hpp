#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <rill/pubsub/backplane.hpp>

namespace rill::pubsub::detail {

/// Limits the number of reads of the past that a backplane serves at one time. Further reads wait in order. Without the
/// limit, all clients that reconnect after a restart would read at once.
///
/// Thread-safe. The backplane must outlive the queue.
class read_queue : public std::enable_shared_from_this<read_queue>
{
public:
    /// @param max_reads  at least 1
    read_queue(backplane& plane, std::size_t max_reads) noexcept : plane_(plane), max_reads_(max_reads) {}
    read_queue(const read_queue&) = delete;
    read_queue& operator=(const read_queue&) = delete;

    /// Calls backplane::read_after() now or later, possibly in another thread.
    /// @param owner  a read whose owner has been destroyed is not started. `done` is then destroyed without a call
    void read(backplane::read_request request, std::weak_ptr<const void> owner, backplane::past_read done);

private:
    struct entry
    {
        backplane::read_request request;
        std::weak_ptr<const void> owner;
        backplane::past_read done;
    };
    class ticket;

    void start_next();
    void on_end();

    backplane& plane_;
    const std::size_t max_reads_;
    std::mutex mutex_;
    std::deque<entry> waiting_;
    std::size_t active_ = 0;
    bool starting_ = false; ///< a thread is in start_next(); it also starts the reads that become possible meanwhile
};

} // namespace rill::pubsub::detail
