#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <rill/core/mailbox.hpp>
#include <rill/pubsub/options.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pubsub/topic_state.hpp"

namespace rill::pubsub::detail {

/// An event on its way to a worker.
struct queued_event
{
    topic_pointer topic; ///< empty for a gap of the log, see log_gap
    encoded_event event; ///< empty for a gap, and if the topic has been removed
    std::uint64_t sequence = 0;
};

/// Events of a topic that did not fit into an outbox.
struct skipped_events
{
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
};
using skipped_by_topic = std::unordered_map<topic_pointer, skipped_events>;

/// Counters of one worker. Only the worker writes them. Any thread may read them.
struct worker_stats
{
    std::atomic<std::uint64_t> delivered = 0;
    std::atomic<std::uint64_t> dropped = 0;
    std::atomic<std::uint64_t> conflated = 0;
    std::atomic<std::uint64_t> evicted_slow = 0;
    std::atomic<std::uint64_t> evicted_full = 0;
    std::atomic<std::uint64_t> timed_out = 0;
    std::atomic<std::uint64_t> over_capacity = 0;

    // There is only one writer. Therefore this needs no atomic addition.
    static void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) noexcept
    {
        counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    void add_to(channel_stats& sum) const noexcept;
};

/// Takes the events of an outbox, in the thread of its worker.
class event_consumer
{
public:
    /// Called in the thread of the worker. The outbox may have events.
    virtual void run() = 0;

protected:
    ~event_consumer() = default;
};

/// The events that wait for one worker. One message to the mailbox of the worker announces any number of events.
///
/// The outbox holds at most as many events as the replay limits allow for one topic. If more events wait, the outbox
/// drops all of them and counts them as skipped. The streams of the worker then read these events from the history.
class worker_outbox
{
    static constexpr std::size_t cache_line = 64;

public:
    /// @param worker  the mailbox of the worker
    explicit worker_outbox(mailbox::address worker) : worker_(std::move(worker)) {}
    worker_outbox(const worker_outbox&) = delete;
    worker_outbox& operator=(const worker_outbox&) = delete;

    /// Must be called once, before the outbox is attached to a store.
    void set_consumer(std::weak_ptr<event_consumer> consumer) { consumer_ = std::move(consumer); }

    // The caller holds the mutex of the store:

    /// @return whether set_woken() and wake() must be called
    bool push(const replay_limits& limits, const topic_pointer& topic, const encoded_event& event,
              std::uint64_t sequence);
    /// Allocates the memory that the next push() of an empty event needs.
    void reserve_one();
    void set_woken(bool woken) noexcept { woken_ = woken; }
    /// Moves all waiting events to the worker. Both arguments must be empty.
    void take(std::vector<queued_event>& into, skipped_by_topic& skipped);

    // The caller does not hold the mutex of the store:

    /// Runs the consumer in the thread of the worker. Does nothing if the consumer or the worker does not exist.
    /// Thread-safe.
    void wake() const;

    // The worker writes the counters for each send, and publishers write the other members. They have separate cache
    // lines, so that publishers do not slow down the worker.
    alignas(cache_line) worker_stats stats;

private:
    void skip_all();

    alignas(cache_line) mailbox::address worker_;
    std::weak_ptr<event_consumer> consumer_; ///< only the thread of the worker locks this pointer
    std::vector<queued_event> pending_;
    std::size_t pending_bytes_ = 0;
    bool woken_ = false;
    skipped_by_topic skipped_;
};

/// The outboxes of all workers that have subscribers. Guarded by the mutex of the store.
class outbox_list
{
public:
    using pointer = std::shared_ptr<worker_outbox>;

    void attach(const pointer& outbox) { outboxes_.push_back(outbox); }
    /// Removes an outbox and adds its counters to `sum`.
    void detach(const pointer& outbox, channel_stats& sum);

    /// Adds an event to each outbox.
    void push(const replay_limits& limits, const topic_pointer& topic, const encoded_event& event,
              std::uint64_t sequence);
    /// Allocates the memory that the next push() of an empty event needs.
    void reserve_one();

    /// Moves the outboxes that need a wake() to `into`, which must be empty.
    void take_woken(std::vector<pointer>& into) noexcept { into.swap(woken_); }

    /// Adds the counters of all workers to `sum`.
    void add_to(channel_stats& sum) const noexcept;

private:
    std::vector<pointer> outboxes_;
    std::vector<pointer> woken_;
};

} // namespace rill::pubsub::detail
