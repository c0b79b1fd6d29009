#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <vector>

#include "pubsub/history.hpp"
#include "pubsub/read_queue.hpp"
#include "pubsub/snapshot_calls.hpp"
#include "pubsub/topic_kinds.hpp"
#include "pubsub/topic_table.hpp"
#include "pubsub/unsent_budget.hpp"
#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

struct store_settings
{
    channel_options channel{};
    std::size_t max_topics = SIZE_MAX;
    std::size_t max_topics_per_client = SIZE_MAX; ///< see hub_options
    std::chrono::milliseconds idle{0};
    std::vector<topic_options> by_topic{}; ///< see hub_options
    replay_buffer::clock::time_point (*now)() = &replay_buffer::clock::now;
};

/// The implementation of a channel or a hub: the topics with their past events, an outbox for each worker, and the
/// backplane.
///
/// Thread-safe. A thread holds the mutex only while it stores or finds an event. It never holds the mutex while it
/// sends data or runs code of a user.
class topic_store final : public backplane::reader, public std::enable_shared_from_this<topic_store>
{
public:
    using clock = replay_buffer::clock;

    /// Throws std::invalid_argument for invalid settings.
    topic_store(store_settings settings, std::shared_ptr<backplane> plane);
    topic_store(const topic_store&) = delete;
    topic_store& operator=(const topic_store&) = delete;
    ~topic_store();

    const topic_kinds& kinds() const noexcept { return kinds_; }
    backplane& plane() noexcept { return *plane_; }
    read_queue& past_reads() noexcept { return *past_reads_; }
    const std::shared_ptr<snapshot_calls>& snapshots() const noexcept { return snapshots_; }
    /// The unsent bytes of all blocked streams.
    unsent_budget& unsent() noexcept { return *unsent_; }
    const std::shared_ptr<unsent_budget>& shared_unsent() const noexcept { return unsent_; }

    // For the backplane.
    void on_begin(const log_position& at) override;
    void on_event(event_draft event, std::string_view id, std::uint64_t number) override;
    void on_gap(const log_position& at) override;

    // For workers.

    /// Adds an outbox, which then gets every new event.
    /// @return the sequence number of the last event before these
    std::uint64_t attach(const std::shared_ptr<worker_outbox>& outbox);
    void detach(const std::shared_ptr<worker_outbox>& outbox);
    /// See worker_outbox::take().
    /// @return the newest sequence number
    std::uint64_t take(worker_outbox& outbox, std::vector<queued_event>& into, skipped_by_topic& skipped);

    // For subscribers.

    struct entry
    {
        filter_pointer filter;
        std::uint64_t newest = 0; ///< the stream gets every event after this sequence number
    };
    /// Registers a stream for valid topics. Creates topics that do not exist. Errors: error::too_many_topics; then
    /// nothing has changed.
    /// @param client  the client in whose quota new topics count, see rill::detail::address_key(); 0: none
    result<entry> subscribe(std::vector<topic_pattern> topics, std::string name, std::uint64_t client = 0);
    void unsubscribe(filter_pointer filter) noexcept;

    /// Calls `f(const history&)` while it holds the mutex. The history contains the topics of this filter.
    template <class F>
    auto read(const topic_filter& filter, F&& f) const
    {
        const lock held(mutex_);
        return f(history(table_, filter, end_, order_));
    }
    std::uint64_t newest() const;
    clock::time_point now() const { return now_(); }

    // For statistics.

    channel_stats stats() const;
    /// Counters for the starts of streams. Any thread may increase them.
    struct start_stats
    {
        std::atomic<std::uint64_t> gaps{0};
        std::atomic<std::uint64_t> backfill_reads{0};
        std::atomic<std::uint64_t> backfill_failures{0};
        std::atomic<std::uint64_t> snapshots{0};
        std::atomic<std::uint64_t> snapshot_failures{0};
    };
    start_stats starts{};
    /// Calls `f(const topic_table&)` while it holds the mutex.
    template <class F>
    auto read(F&& f) const
    {
        const lock held(mutex_);
        return f(table_);
    }

    // For limits.

    /// If the topic is new and the table is full, removes idle topics.
    /// @return whether there is room for the topic
    bool make_room(std::string_view topic);
    /// Removes idle topics and events that are too old. on_event() and subscribe() also do that from time to time.
    void sweep();

private:
    using lock = std::unique_lock<std::mutex>;
    using outboxes = std::vector<outbox_list::pointer>;

    template <class F>
    void change(F&& f);
    void add(const topic_pointer& topic, encoded_event event, std::uint64_t sequence);
    void wake(const outboxes& those);
    void remove_idle(clock::time_point now, bool at_once);
    void remove_unused(topic_state& topic) noexcept;

    const topic_kinds kinds_;
    clock::time_point (*now_)();
    std::shared_ptr<backplane> plane_;
    std::shared_ptr<read_queue> past_reads_;
    std::shared_ptr<snapshot_calls> snapshots_;

    // Lock order: presence_, then the lock of the backplane, then mutex_ or the lock of a mailbox.
    //
    // presence_ keeps the hooks for first and last subscribers in order. The hooks run while presence_ is locked, and
    // may publish. Therefore presence_ comes before the lock of the backplane. A backplane may hold its own lock when
    // it calls on_event(), and on_event() locks mutex_. Therefore mutex_ comes last. A thread that holds mutex_ locks
    // nothing else. In particular, it releases mutex_ before it wakes workers, because a worker locks mutex_ first.
    std::mutex presence_;
    mutable std::mutex mutex_;

    // Guarded by mutex_.
    log_end end_;
    topic_table table_;
    event_order order_; ///< for a hub
    outbox_list outboxes_;
    channel_stats totals_; ///< excludes the counters of the attached workers

    const std::shared_ptr<unsent_budget> unsent_;
};

} // namespace rill::pubsub::detail
