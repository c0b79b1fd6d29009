#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/timer_service.hpp>
#include <unordered_map>
#include <vector>

#include "pubsub/event_log.hpp"
#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

/// A log's streams of one worker. Belongs to the worker's thread.
///
/// New events come as batches: those of one topic that follow each other, as one piece. A batch is sent to all streams
/// of the topic, then the streams that are behind have a turn. After so many sends the rest waits until the event loop
/// has been round.
class worker_log : public std::enable_shared_from_this<worker_log>
{
public:
    worker_log(boost::asio::io_context& context, std::shared_ptr<event_log> log);
    worker_log(const worker_log&) = delete;
    worker_log& operator=(const worker_log&) = delete;
    ~worker_log();

    /// The one of this context and log; there is one as long as it has subscribers.
    static worker_log& of(boost::asio::io_context& context, const std::shared_ptr<event_log>& log);

    event_log& log() noexcept { return *log_; }

    /// Adds a stream that waits; it has a backlog: see place().
    void add(subscriber& s);
    /// *this may be gone afterwards.
    void remove(subscriber& s);

    /// It can go on: it is served soon.
    void make_ready(subscriber& s);

    /// The next event of a stream that is behind: a notice, or what the cursor points to; none if there is nothing up
    /// to where the worker is, or the stream had to be ended. Where it throws for want of memory the stream is ready:
    /// it is served again when the worker runs next.
    encoded_event pull(subscriber& s);

    /// It has everything up to where the worker is: live from now on, or served again when a batch is done.
    void settle(subscriber& s);

    /// From now on it has a backlog that begins there.
    static backlog& place(subscriber& s, event_log::beginning start);

    /// From now on it has a backlog, behind what it has seen.
    static backlog& fall_behind(subscriber& s, std::uint64_t seen);

    /// Its connection has ended for this.
    void note_end(const subscriber& s, close_reason why);

    /// Its connection is full, with the last `bytes` that were put. False when it had to be ended for that.
    bool block(subscriber& s, std::size_t bytes);
    void unblock(subscriber& s);

    worker_link& counters() noexcept { return *link_; }

    /// Sends what there is.
    void run();

    /// The context ends.
    void shutdown();

    /// Where the worker is.
    std::uint64_t head() const noexcept { return head_; }

    /// Of the batch that is being sent, how many events and bytes come behind that sequence number.
    std::pair<std::uint64_t, std::uint64_t> batch_behind(std::uint64_t seen) const noexcept;

private:
    struct local_topic
    {
        topic_pointer topic;
        ring streams;
    };
    struct batch
    {
        topic_pointer topic;
        std::vector<event_log::found_event> events;
        shared_chunk piece;
        std::uint64_t last = 0;
        std::uint32_t number = UINT32_MAX - 1000; ///< so that each program sees what is behind the last
        bool active = false;
    };

    bool next_batch();
    void begin_batch(local_topic& topic);
    void restart_numbers() noexcept;
    shared_chunk joined(std::size_t first, std::size_t end, std::size_t bytes) const;
    void on_overflow();
    void leave_behind(local_topic& topic);
    void put_back(subscriber& s) noexcept;
    void forget(const topic_pointer& topic);
    local_topic* find_topic(const topic_pointer& topic);
    local_topic& make_topic(topic_pointer topic);
    static void join(subscriber& s, local_topic& topic);
    void fan_out(std::size_t& budget);
    void send(subscriber& s);
    void give(subscriber& s);
    void skip(subscriber& s);
    void prefetch(const ring_link* next) const noexcept;
    bool serve_ready(std::size_t& budget);
    const channel_options& options_of(const subscriber& s) const noexcept { return log_->options(s.wanted->kind); }
    bool exceeds_limits(const subscriber& s) const noexcept;
    bool lose(subscriber& s, const event_log::collected& c);
    encoded_event find_next(subscriber& s);
    encoded_event pull_past(subscriber& s);
    void end_past(subscriber& s, event_log::beginning start);
    void wake_at_end();
    void evict(subscriber& s, slow_reason why);
    void report(const subscriber& s, std::uint64_t dropped, bool evicted, slow_reason why) const;
    void schedule();
    void pause(bool goes_on) noexcept;

    boost::asio::io_context& context_;
    timer_service& timers_;
    std::shared_ptr<event_log> log_;
    std::shared_ptr<worker_link> link_;
    std::unordered_map<const topic_state*, std::unique_ptr<local_topic>> topics_;
    ring with_patterns_;
    std::size_t subscribers_ = 0;

    std::vector<log_item> queue_; ///< taken from the log
    std::size_t queue_at_ = 0;
    std::uint64_t taken_until_ = 0; ///< the newest sequence number at that time
    worker_link::skipped_by_topic overflow_;
    std::uint64_t head_ = 0; ///< the sequence number of the last event of the last batch that is done
    batch batch_;
    ring_link* next_ = nullptr; ///< whose turn it is
    local_topic* batch_topic_ = nullptr;
    ring ready_;
    ring serving_;
    std::vector<event_log::found_event> found_;
    std::vector<std::shared_ptr<past_reading>> at_end_; ///< have read all, and wait for the event that follows
    bool scheduled_ = false;
    bool running_ = false;
};

} // namespace rill::pubsub::detail
