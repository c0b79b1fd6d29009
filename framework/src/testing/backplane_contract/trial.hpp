#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <random>
#include <rill/sse/event.hpp>
#include <rill/testing/backplane_fixture.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "testing/backplane_contract/append_call.hpp"
#include "testing/backplane_contract/recorder.hpp"

namespace rill::testing::contract {

using log_pointer = std::shared_ptr<pubsub::backplane>;

/// The run of one case: a new log, its connections, and everything that the case has appended and received. append() is
/// thread-safe. All other functions belong to the thread of the case.
class trial
{
public:
    /// Creates the log.
    trial(const backplane_fixture& fixture, std::uint64_t seed);
    trial(const trial&) = delete;
    trial& operator=(const trial&) = delete;
    ~trial();

    const backplane_fixture& faults() const noexcept { return fixture_; }
    std::chrono::milliseconds patience() const noexcept { return fixture_.patience; }

    /// Opens another connection.
    log_pointer open();
    const std::vector<log_pointer>& logs() const noexcept { return logs_; }
    /// Starts a reader, and waits for its on_begin().
    recorder& tail(const log_pointer& log, std::size_t max_past_events = 0);
    /// Starts a reader, and does not wait.
    recorder& start_tail(const log_pointer& log, std::size_t max_past_events = 0);
    void await_begin(const recorder& reader) const;
    void stop(const recorder& reader);

    /// Returns a text that no other event of this run has.
    std::string next_data();
    append_pointer append(pubsub::backplane& log, const sse::event& e, std::string_view topic = "contract",
                          std::string_view event_key = {}, std::string key = {});
    /// Appends an event with new data, waits for its outcome, and fails unless it is acknowledged.
    append_pointer append_acknowledged(pubsub::backplane& log, std::string_view topic = "contract");
    /// Appends this number of events, one after another.
    std::vector<append_pointer> append_many(pubsub::backplane& log, std::size_t count);
    /// Appends new events until one is acknowledged. For a log that was unreachable.
    append_pointer append_until_acknowledged(pubsub::backplane& log);
    /// Waits for the outcome. Fails if none comes.
    verdict await(const append_call& append) const;
    void await_all() const;

    /// Appends an event over each connection, and waits until all readers have received them. All earlier events that
    /// the log delivers have then arrived.
    void settle();
    void await_event(const recorder& reader, const append_call& append) const;

    /// Closes a connection, without a stop() of its readers. `log` must be the last pointer of the case.
    void close(log_pointer& log);
    /// Stops all readers and closes all connections.
    void close_all();
    /// Closes everything, and fails if a reader or an append has found a violation.
    void finish();

    std::vector<append_pointer> appends() const;
    std::vector<const recorder*> readers() const;

    /// Returns a number in [0, bound).
    std::size_t random(std::size_t bound);
    [[noreturn]] void fail(const std::string& message) const;
    void expect(bool holds, const std::string& message) const
    {
        if (!holds) {
            fail(message);
        }
    }

private:
    void destroy(log_pointer log);

    struct reading
    {
        std::unique_ptr<recorder> reader;
        log_pointer log; ///< null after stop()
    };

    backplane_fixture fixture_;
    std::uint64_t seed_;
    std::mt19937_64 random_;
    std::vector<log_pointer> logs_;
    std::vector<reading> readers_;
    mutable std::mutex mutex_;
    std::vector<append_pointer> appends_;
    std::size_t events_ = 0;
};

} // namespace rill::testing::contract
