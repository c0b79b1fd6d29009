#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <rill/pubsub/backplane.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "nats/append_reply.hpp"
#include "nats/connector.hpp"
#include "nats/subject.hpp"

namespace rill::nats {

/// Sends events to the stream, and waits for the acknowledgments of the server. It sends an event again with the same
/// Nats-Msg-Id until its outcome is known or append_grace has passed. Thread-safe.
class appender
{
public:
    appender(const backplane_options& options, const subject_map& subjects, stream_guard& guard, connector& connection,
             connector::report_function report);
    ~appender() { stop(); }
    appender(const appender&) = delete;
    appender& operator=(const appender&) = delete;

    void start();
    /// Ends all appends and the thread.
    void stop();

    /// See pubsub::backplane::append(). The id is never known at once.
    result<pubsub::log_id> append(pubsub::event_draft event, std::string_view key, pubsub::backplane::appended done);

    /// The prefix of the subjects of replies.
    const std::string& replies() const noexcept { return replies_; }
    void on_reply(natsMsg& reply);
    /// The session has changed.
    void on_session();

    /// Writes the counters of appends.
    void read(pubsub::backplane_stats& stats) const;

private:
    using clock = std::chrono::steady_clock;

    struct entry
    {
        pubsub::event_draft event;
        std::string message_id;
        pubsub::backplane::appended done;
        clock::time_point begin;
        clock::time_point not_before{}; ///< of the next attempt
        clock::time_point sent_at{};
        bool waits_for_reply = false;
        unsigned undecided = 0;                 ///< number of attempts that may have stored the event
        stream_guard::position newest_before{}; ///< before the first attempt: the newest event of the stream
    };
    using entries = std::map<std::uint64_t, entry>; ///< the key is the last token of the subject of the reply
    struct outcome
    {
        pubsub::backplane::appended done;
        result<pubsub::log_id> value;
    };
    struct outcomes
    {
        std::vector<outcome> ended;
        std::shared_ptr<session> broken; ///< must be closed
    };

    void run();
    std::optional<std::uint64_t> next_to_send() const;
    void send(std::unique_lock<std::mutex>& lock, std::uint64_t token, outcomes& out);
    void handle_timeouts(clock::time_point now, outcomes& out);
    void handle(entries::iterator at, const append_reply& reply, outcomes& out);
    void store(entries::iterator at, const append_reply& reply, outcomes& out);
    void retry(entry& e, std::uint64_t token, std::chrono::milliseconds delay);
    void fail(entries::iterator at, error reason, outcomes& out);
    void end(entries::iterator at, result<pubsub::log_id> value, outcomes& out);
    static void finish(outcomes& out);

    const backplane_options& options_;
    const subject_map& subjects_;
    stream_guard& guard_;
    connector& connection_;
    connector::report_function report_;
    const std::string replies_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    entries entries_;
    std::set<std::uint64_t> unsent_; ///< in the order of the calls of append()
    std::size_t bytes_ = 0;
    std::size_t in_flight_ = 0;
    std::uint64_t last_token_ = 0;
    pubsub::backplane_stats stats_;
    std::shared_ptr<session> session_;
    std::string last_failure_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace rill::nats
