#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "pubsub/subscriber.hpp"
#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

/// The subscribers of a worker that lag and can continue, and the turn of the event loop in which they do.
class ready_list
{
public:
    explicit ready_list(boost::asio::io_context& context) noexcept : context_(context) {}

    /// The dispatcher, which serves the list when it runs.
    void set_consumer(std::weak_ptr<event_consumer> consumer) noexcept { consumer_ = std::move(consumer); }

    /// The subscriber can continue: it is served soon.
    void make_ready(subscriber& s);

    /// The same without a turn of the event loop: it is served when the dispatcher runs next.
    void requeue(subscriber& s) noexcept;

    /// Lets the dispatcher run in a later turn of the event loop, unless it is running.
    void schedule();

    /// The dispatcher runs, or has run.
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
