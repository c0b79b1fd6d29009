#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "testing/backplane_contract/observed_event.hpp"

namespace rill::testing::contract {

/// Describes the outcome that the log has reported for an append.
enum class verdict : unsigned char
{
    pending,      ///< nothing yet
    acknowledged, ///< the log holds the event
    refused,      ///< the log will never hold the event
    unknown,      ///< error::outcome_unknown, or the log has destroyed `done` without a call
};

/// One call of backplane::append() and its outcome. Thread-safe.
class append_call
{
public:
    static std::shared_ptr<append_call> start(pubsub::backplane& log, pubsub::event_draft event, std::string key = {});

    const observed_event& event() const noexcept { return event_; }
    const std::string& key() const noexcept { return key_; }

    /// Waits for the outcome. Returns verdict::pending after this time.
    verdict wait(std::chrono::milliseconds patience) const;
    verdict outcome() const;
    pubsub::log_id id() const;
    error_code error() const;
    bool was_destroyed() const;

    /// Whether the outcome of this append was known before the other append began.
    bool ended_before(const append_call& other) const;
    /// Whether the outcome of this append was known before the outcome of the other one.
    bool ended_first(const append_call& other) const;

    const pubsub::backplane* log() const noexcept { return log_; }
    /// The destructor of the log begins. It may destroy `done` without a call.
    void mark_log_closing();
    /// The log no longer exists. From now on, each call of `done` is a violation.
    void mark_log_destroyed();
    std::string violation() const;

private:
    class ticket;

    std::uint64_t ended_at() const;
    void decide(const result<pubsub::log_id>& outcome);
    void on_done(const result<pubsub::log_id>& outcome);
    void on_destroyed();
    void violate(std::string rule);

    observed_event event_;
    std::string key_;
    const pubsub::backplane* log_ = nullptr;
    std::uint64_t began_at_ = 0;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    verdict outcome_ = verdict::pending;
    pubsub::log_id id_;
    error_code error_;
    std::uint64_t ended_at_ = 0;
    std::size_t calls_ = 0;
    bool returned_id_ = false;
    bool destroyed_ = false;
    bool log_closing_ = false;
    bool log_destroyed_ = false;
    std::string violation_;
};

using append_pointer = std::shared_ptr<append_call>;

/// Returns the append and its outcome, for a message.
std::string describe(const append_call& append);

} // namespace rill::testing::contract
