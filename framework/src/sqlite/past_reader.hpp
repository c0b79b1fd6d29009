#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <rill/pubsub/backplane.hpp>

#include "sqlite/log_file.hpp"
#include "sqlite/status.hpp"

namespace rill::sqlite::detail {

/// Reads pages of the past on a thread and a connection of its own. Such reads do not block the appends. Thread-safe.
class past_reader
{
public:
    /// @param epoch  the epoch of the readers
    past_reader(const backplane_options& options, status& counters, const std::atomic<std::uint64_t>& epoch);

    void read(pubsub::backplane::read_request request, pubsub::backplane::past_read done);
    /// Runs until stop(). Waiting reads then fail.
    void run();
    void stop();

private:
    struct waiting_read
    {
        pubsub::backplane::read_request request;
        pubsub::backplane::past_read done;
    };
    result<pubsub::backplane::page> answer(const pubsub::backplane::read_request& request);

    const backplane_options& options_;
    status& status_;
    const std::atomic<std::uint64_t>& epoch_;
    std::unique_ptr<log_file> log_; ///< only for the thread
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<waiting_read> waiting_;
    bool stopped_ = false;
};

} // namespace rill::sqlite::detail
