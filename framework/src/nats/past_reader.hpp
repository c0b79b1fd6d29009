#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <thread>
#include <vector>

#include "nats/connector.hpp"
#include "nats/event_message.hpp"
#include "nats/stream_guard.hpp"
#include "nats/subject.hpp"

namespace rill::nats {

/// Reads pages of the past, in a few threads. Each page uses an ephemeral pull consumer. The server sends the events of
/// all topics, and the reader keeps the events of the page. Thread-safe.
class past_reader
{
public:
    using read_request = pubsub::backplane::read_request;
    using past_read = pubsub::backplane::past_read;
    using page = pubsub::backplane::page;

    past_reader(const backplane_options& options, const subject_map& subjects, stream_guard& guard,
                connector& connection, connector::report_function report);
    ~past_reader() { stop(); }
    past_reader(const past_reader&) = delete;
    past_reader& operator=(const past_reader&) = delete;

    void start();
    /// Ends all reads and the threads. The connector must have been stopped before.
    void stop();
    /// See pubsub::backplane::read_after().
    void read(read_request request, past_read done);
    std::uint64_t failures() const;

private:
    using clock = std::chrono::steady_clock;
    struct job
    {
        read_request request;
        past_read done;
        clock::time_point deadline;
    };

    void run();
    void answer(job& next);

    const backplane_options& options_;
    const subject_map& subjects_;
    stream_guard& guard_;
    connector& connection_;
    connector::report_function report_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<job> jobs_;
    std::uint64_t failures_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace rill::nats
