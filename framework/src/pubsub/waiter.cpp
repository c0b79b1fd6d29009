#include "pubsub/waiter.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/errc.hpp>
#include <utility>

namespace rill::pubsub::detail {

namespace {

// An immediate completion needs no turn of the event loop, but nests stack frames for each event. Writes do the same.
constexpr int completions_before_yield = 16;
thread_local int nested_completions = 0;

} // namespace

bool waiter::must_yield() noexcept
{
    return nested_completions >= completions_before_yield;
}

void waiter::complete(error_code ec, encoded_event event)
{
    aborted = false;
    posted_end_.reset();
    if (backlog) {
        backlog->unlink();
    }
    struct nesting
    {
        nesting() { ++nested_completions; }
        ~nesting() { --nested_completions; }
    } const guard;
    waiting.complete({ec, std::move(event)});
}

void waiter::complete_end()
{
    const auto ec = std::exchange(end_seen_, true) ? ended : error_code();
    if (must_yield()) {
        post_end(ec);
    } else {
        complete(ec, {});
    }
}

void waiter::post_end(error_code ec)
{
    posted_end_ = std::make_shared<waiter*>(this);
    boost::asio::post(*context, [ec, me = std::weak_ptr(posted_end_)] {
        const auto self = me.lock();
        if (self != nullptr && (*self)->waiting) {
            (*self)->complete(ec, {});
        }
    });
}

void waiter::end_without_memory()
{
    now = state::ended;
    ended = make_error_code(boost::system::errc::not_enough_memory);
    complete_end();
}

void waiter::drop()
{
    aborted = false;
    posted_end_.reset();
    event_waiter dropped;
    dropped.take_over(waiting);
}

} // namespace rill::pubsub::detail
