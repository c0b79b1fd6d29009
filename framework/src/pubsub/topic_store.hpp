#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <vector>

#include "pubsub/history.hpp"
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

/// The implementation of a channel or a hub: the topics with their past, an outbox for each worker, and the backplane.
///
/// Thread-safe. Its mutex is held for the time that it takes to store or to find an event, and never while anything is
/// sent or the code of a user runs.
class topic_store final : public backplane::reader
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
    /// The unsent bytes of all blocked streams.
    unsent_budget& unsent() noexcept { return unsent_; }

    // The backplane calls these with new events.
    void on_begin(std::string_view id) override;
    void on_event(event_draft event, std::string_view id, std::uint64_t number) override;
    void on_gap() override;

    // Workers.

    /// From now on the outbox gets every event. @return the sequence number of the event before these
    std::uint64_t attach(const std::shared_ptr<worker_outbox>& outbox);
    void detach(const std::shared_ptr<worker_outbox>& outbox);
    /// See worker_outbox::take(). @return the newest sequence number
    std::uint64_t take(worker_outbox& outbox, std::vector<queued_event>& into, skipped_by_topic& skipped);

    // Subscribers.

    struct entry
    {
        filter_pointer filter;
        std::uint64_t newest = 0; ///< every event after this sequence number is for the stream
    };
    /// Registers a stream for valid topics and creates those that do not exist. Errors: error::too_many_topics; then
    /// nothing has changed.
    /// @param client  the client in whose quota new topics count, see rill::detail::address_key(); 0: none
    result<entry> subscribe(std::vector<topic_pattern> topics, std::string name, std::uint64_t client = 0);
    void unsubscribe(filter_pointer filter) noexcept;

    /// Calls `f(const history&)` with the mutex: the past as the stream with this filter sees it.
    template <class F>
    auto read(const topic_filter& filter, F&& f) const
    {
        const lock held(mutex_);
        return f(history(table_, filter, end_, order_));
    }
    std::uint64_t newest() const;
    clock::time_point now() const { return now_(); }

    // Figures.

    channel_stats stats() const;
    /// Counters of streams that begin. Any thread may add to them.
    struct start_stats
    {
        std::atomic<std::uint64_t> gaps{0};
        std::atomic<std::uint64_t> backfill_reads{0};
        std::atomic<std::uint64_t> backfill_failures{0};
    };
    start_stats starts{};
    /// Calls `f(const topic_table&)` with the mutex.
    template <class F>
    auto read(F&& f) const
    {
        const lock held(mutex_);
        return f(table_);
    }

    // Limits.

    /// Removes idle topics if the topic is new and there is no room for it. @return whether there is room
    bool make_room(std::string_view topic);
    /// Removes idle topics and events that are too old. on_event() and subscribe() do that from time to time.
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

    // Lock order: presence_, then the lock of the backplane, then mutex_ or the lock of a mailbox.
    //
    // presence_ keeps the hooks for first and last subscribers in order. The hooks of users run with it, and may
    // publish: so it comes before the lock of the backplane. A backplane may call on_event() with its own lock, and
    // on_event() takes mutex_: so mutex_ comes last. Nothing else is locked while mutex_ is held. In particular,
    // workers are woken without it, because the first thing that a woken worker does is to take it.
    std::mutex presence_;
    mutable std::mutex mutex_;

    // Guarded by mutex_.
    log_end end_;
    topic_table table_;
    event_order order_; ///< of a hub
    outbox_list outboxes_;
    channel_stats totals_; ///< without the counters of the attached workers

    unsent_budget unsent_;
};

} // namespace rill::pubsub::detail
