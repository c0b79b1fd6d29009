#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <rill/pubsub/topic_pattern.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "testing/backplane_contract/trial.hpp"

namespace rill::testing::contract {

/// One call of backplane::read_after() and its answer. Thread-safe.
class page_call
{
public:
    static std::shared_ptr<page_call> start(pubsub::backplane& log, pubsub::backplane::read_request request);

    /// Waits for the answer, and takes it. Fails if none comes in time, or if `done` was destroyed without a call.
    result<pubsub::backplane::page> take(const trial& t);
    /// Waits until `done` was called or destroyed. Returns false after the patience.
    bool wait(std::chrono::milliseconds patience) const;
    /// Fails if `done` was called twice.
    void check(const trial& t) const;

private:
    class ticket;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::unique_ptr<result<pubsub::backplane::page>> answer_;
    std::size_t calls_ = 0;
    bool ended_ = false;
};

/// Pages of the past, one after another.
struct past
{
    recorder::entries events;
    pubsub::log_position end;
    error_code failure{}; ///< of the first page that failed
    std::size_t pages = 0;
};

struct past_options
{
    std::size_t max_events = 64;
    std::size_t max_bytes = 1024UL * 1024;
    std::vector<std::string> topics{}; ///< names and patterns; empty: all topics
    /// Called after each page. read_past() stops if it returns true. Empty: read_past() stops at the end of the log,
    /// which it may never reach while publishers append.
    std::function<bool(const past&)> enough{};
};

/// Reads one page, and checks the rules that hold for each page: its limits, its order, its filter and its end.
result<pubsub::backplane::page> read_page(const trial& t, pubsub::backplane& log, std::string_view after,
                                          const past_options& options = {});

/// Reads pages until one is at the end of the log, or fails. Fails if the pages make no progress.
past read_past(const trial& t, pubsub::backplane& log, std::string_view after, const past_options& options = {});

/// Fails unless the log answers a read after this id with error::unknown_event_id.
/// @param why  what the id is, for the message
void expect_unknown(const trial& t, pubsub::backplane& log, std::string_view id, std::string_view why);

/// Fails unless the log returns exactly these events after this id. If the log may no longer hold all of them,
/// `or_unknown` allows error::unknown_event_id. It never allows a part of the events.
void expect_past(const trial& t, pubsub::backplane& log, std::string_view after, const recorder::entries& events,
                 const past_options& options = {}, bool or_unknown = false);

/// Waits until the log answers reads again, after a fault. Connections reconnect by themselves.
void await_reads(const trial& t, pubsub::backplane& log, std::string_view after);

} // namespace rill::testing::contract
