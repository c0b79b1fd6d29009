#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <thread>

#include "nats/connector.hpp"
#include "nats/event_message.hpp"
#include "nats/stream_guard.hpp"
#include "nats/subject.hpp"

namespace rill::nats {

/// Passes the events of the stream to one reader, in a thread of its own. It uses an ephemeral push consumer. It makes
/// a new consumer if a message is missing or if the server is silent.
class tail_reader
{
public:
    tail_reader(const backplane_options& options, const subject_map& subjects, stream_guard& guard,
                connector& connection, connector::report_function report, pubsub::backplane::reader& to,
                std::size_t max_past_events);
    /// The connector must have been stopped before.
    ~tail_reader();
    tail_reader(const tail_reader&) = delete;
    tail_reader& operator=(const tail_reader&) = delete;

    const pubsub::backplane::reader* target() const noexcept { return &to_; }
    /// After the return, the reader is not called again. The reader may call it.
    void stop();
    bool is_stopped() const;

    std::uint64_t gaps() const;
    /// Number of events that the stream is known to hold and that the reader has not got.
    std::uint64_t lag() const;

private:
    using clock = std::chrono::steady_clock;
    enum class next : unsigned char
    {
        proceed,
        subscribe_again,
    };

    void run();
    bool subscribe(session& with);
    bool continue_at(const checked_stream& now);
    void begin(const stream_info& info);
    void gap(std::uint64_t sequence);
    next pump(session& with);
    next on_status(session& with, natsMsg& message, int status);
    next on_message(natsMsg& message);
    void deliver(natsMsg& message, const delivery& at);
    std::string make_consumer(const std::string& inbox) const;
    void report_failure(const std::string& text);

    const backplane_options& options_;
    const subject_map& subjects_;
    stream_guard& guard_;
    connector& connection_;
    connector::report_function report_;
    pubsub::backplane::reader& to_;
    const std::size_t max_past_events_;

    // Only the thread uses these.
    subscription_handle subscription_;
    std::uint64_t consumed_ = 0; ///< number of messages of the present consumer
    std::uint64_t version_ = 0;  ///< of the table
    std::string last_failure_;
    std::chrono::milliseconds pause_{0};

    mutable std::recursive_mutex mutex_; ///< recursive, because the reader may call stop() while an event is passed
    bool stopped_ = false;
    std::shared_ptr<const epoch_table> table_;
    std::uint64_t sequence_ = 0; ///< of the newest event that the reader has got, or of its start
    std::uint64_t number_ = 0;   ///< of this position
    std::uint64_t gaps_ = 0;
    std::uint64_t pending_ = 0;
    std::thread thread_;
};

} // namespace rill::nats
