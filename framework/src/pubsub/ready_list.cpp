#include "pubsub/ready_list.hpp"

#include <boost/asio/post.hpp>

namespace rill::pubsub::detail {

void ready_list::make_ready(subscriber& s)
{
    if (s.now != subscriber::state::live) {
        s.now = subscriber::state::ready;
    }
    if (!s.backlog->is_linked()) {
        ready_.push_back(*s.backlog);
    }
    schedule();
}

void ready_list::requeue(subscriber& s) noexcept
{
    s.now = subscriber::state::ready;
    if (!s.backlog->is_linked()) {
        ready_.push_back(*s.backlog);
    }
}

void ready_list::schedule()
{
    if (scheduled_ || running_) {
        return;
    }
    boost::asio::post(context_, [this, consumer = consumer_] {
        if (const auto alive = consumer.lock()) { // the consumer owns this list
            scheduled_ = false;
            alive->run();
        }
    });
    scheduled_ = true; // set after post(), because post() may throw
}

} // namespace rill::pubsub::detail
