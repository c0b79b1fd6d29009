#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "pubsub/subscriber.hpp"
#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

/// The subscribers of a worker that lag and can continue. Schedules the turn of the event loop that serves them.
class ready_list
{
public:
    explicit ready_list(boost::asio::io_context& context) noexcept : context_(context) {}

    /// Sets the dispatcher, which serves the list when it runs.
    void set_consumer(std::weak_ptr<event_consumer> consumer) noexcept { consumer_ = std::move(consumer); }

    boost::asio::io_context& context() const noexcept { return context_; }

    /// Marks a subscriber as ready and schedules the dispatcher.
    void make_ready(subscriber& s);

    /// Marks a subscriber as ready but does not schedule the dispatcher. The next run of the dispatcher serves the
    /// subscriber.
    void requeue(subscriber& s) noexcept;

    /// Runs the dispatcher in a later turn of the event loop, unless it is running.
    void schedule();

    /// Call this when the dispatcher begins or ends to run.
    void set_running(bool running) noexcept { running_ = running; }
    bool is_running() const noexcept { return running_; }

    /// Moves all subscribers to the end of `into`.
    void take(backlog_list& into) noexcept { into.splice(into.end(), ready_); }

private:
    boost::asio::io_context& context_;
    std::weak_ptr<event_consumer> consumer_;
    backlog_list ready_;
    bool scheduled_ = false;
    bool running_ = false;
};

} // namespace rill::pubsub::detail
