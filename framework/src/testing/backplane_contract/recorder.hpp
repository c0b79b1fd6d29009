#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "testing/backplane_contract/observed_event.hpp"

namespace rill::testing::contract {

/// A reader that records all calls of the log, and checks the rules that hold at every moment. Thread-safe.
class recorder final : public pubsub::backplane::reader
{
public:
    using entries = std::vector<observed_event>;

    explicit recorder(bool numbers) : numbers_(numbers) {}

    void on_begin(const pubsub::log_position& at) override;
    void on_event(pubsub::event_draft event, std::string_view id, std::uint64_t number) override;
    void on_gap(const pubsub::log_position& at) override;

    /// From now on, each call is a violation. The caller has called backplane::stop().
    void mark_stopped();
    bool is_stopped() const;

    /// Waits until `ready` is true for the recorded calls. Returns false after this time.
    bool wait(const std::function<bool(const entries&)>& ready, std::chrono::milliseconds patience) const;
    bool wait_for_data(std::string_view data, std::chrono::milliseconds patience) const;

    bool has_id(const std::string& id) const;
    /// All calls up to now.
    entries all() const;
    /// The events up to now, without on_begin() and on_gap().
    entries events() const;
    std::size_t gaps() const;
    /// The position of on_begin().
    observed_event begin() const;

    /// The first violated rule. Empty: none.
    std::string violation() const;

private:
    class exclusive_call;

    void record(observed_event call);
    void check(const observed_event& call);
    void check_number(const observed_event& call);
    void violate(std::string rule);

    const bool numbers_;
    std::atomic<bool> inside_{false};
    std::atomic<std::size_t> calls_{0};
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    entries entries_;
    std::unordered_set<std::string> ids_;
    std::unordered_set<std::string> data_;
    std::uint64_t newest_ = 0;
    bool stopped_ = false;
    std::string violation_;
};

/// Returns the entries after the one with this index.
recorder::entries events_after(const recorder::entries& all, std::size_t index);

/// Returns what an entry is, for a message.
std::string describe(const observed_event& entry);

} // namespace rill::testing::contract
