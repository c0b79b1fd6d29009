#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <thread>

#include "redis/appender.hpp"
#include "redis/feed.hpp"
#include "redis/link.hpp"
#include "redis/past.hpp"

namespace rill::redis::detail {

/// The thread of a log, its connections, and what they share. The thread owns the node until stop().
class node : public std::enable_shared_from_this<node>
{
public:
    explicit node(backplane_options options);

    void start();
    /// Ends the thread and all pending operations. If the caller is a callback of this thread, they end after it.
    void stop();

    result<pubsub::log_id> append(pubsub::event_draft event, std::string_view idempotency_key,
                                  pubsub::backplane::appended done);
    void read(pubsub::backplane::read_request request, pubsub::backplane::past_read done);
    void add_reader(pubsub::backplane::reader& target, std::size_t max_past_events);
    void remove_reader(pubsub::backplane::reader& target) { readers_.remove(target); }
    pubsub::backplane_stats stats() const;

private:
    void run();
    void spawn(awaitable<void> loop);
    void start_reading();
    awaitable<void> expire_loop();

    log_state state_;
    append_queue queue_;
    asio::io_context context_{1};
    readers readers_;
    appender appender_;
    past past_;
    feed feed_;
    link append_link_;
    link past_link_;
    link feed_link_;
    bool has_feed_ = false; ///< only for the thread
    bool has_past_ = false; ///< only for the thread
    std::thread thread_;
};

} // namespace rill::redis::detail
