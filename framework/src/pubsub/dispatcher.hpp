#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/timer_service.hpp>

#include "pubsub/catch_up.hpp"
#include "pubsub/event_batch.hpp"
#include "pubsub/event_queue.hpp"
#include "pubsub/ready_list.hpp"
#include "pubsub/subscriber_index.hpp"
#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

/// Delivers the events of a store to its subscribers in one worker. Belongs to the thread of the worker.
///
/// Events arrive as batches. A batch consists of consecutive events of one topic, which are sent as one piece. The
/// dispatcher first sends a batch to all subscribers of the topic. Then it serves the subscribers that lag. After a
/// fixed number of sends it continues in the next turn of the event loop.
class dispatcher final : public event_consumer, public std::enable_shared_from_this<dispatcher>
{
public:
    dispatcher(boost::asio::io_context& context, std::shared_ptr<topic_store> store);
    dispatcher(const dispatcher&) = delete;
    dispatcher& operator=(const dispatcher&) = delete;
    ~dispatcher();

    /// Returns the dispatcher of this context and store. The dispatcher exists as long as it has subscribers.
    static dispatcher& of(boost::asio::io_context& context, const std::shared_ptr<topic_store>& store);

    topic_store& store() noexcept { return *store_; }

    /// See subscriber_index::group_of().
    direct_group& group_of(const std::shared_ptr<endpoint_state>& endpoint, filter_pointer& wanted)
    {
        return index_.group_of(endpoint, wanted, *store_);
    }

    /// Adds a subscriber that has a group and a backlog and is in the state `waiting`.
    void add(subscriber& s);
    /// Removes a subscriber. If it was the last one, this may destroy *this.
    void remove(subscriber& s);

    catch_up& catching_up() noexcept { return catch_up_; }
    ready_list& ready() noexcept { return ready_; }
    std::uint64_t head() const noexcept { return at_.head; }

    /// Sends all events that have arrived, and serves the subscribers that are ready.
    void run() override;

    /// Call this when the context shuts down.
    void shutdown();

private:
    bool next_batch();
    void on_gap(std::uint64_t sequence);
    void begin_batch(subscriber_index::local_topic& topic);
    void restart_numbers() noexcept;
    void on_skipped();
    void fan_out(std::size_t& budget);
    void end_batch() noexcept;
    void send(subscriber& s);
    void deliver(waiter& w);
    void end_run(bool done) noexcept;

    boost::asio::io_context& context_;
    timer_service& timers_;
    std::shared_ptr<topic_store> store_;
    std::shared_ptr<worker_outbox> outbox_;
    std::size_t subscribers_ = 0;

    event_queue queue_;
    subscriber_index index_;
    worker_position at_;
    topic_links::iterator next_; ///< the next subscriber of the batch
    subscriber_index::local_topic* batch_topic_ = nullptr;
    ready_list ready_;
    catch_up catch_up_;
};

} // namespace rill::pubsub::detail
