#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/pubsub/subscription.hpp>

#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

/// The subscriber of a handler, and its pending next().
///
/// A function that completes the next() runs code of users, which may destroy *this.
class waiter : public subscription_base, public subscriber
{
public:
    waiter() noexcept : subscriber(subscriber_kind::waiter) {}

    /// Completes the pending next().
    void complete(error_code ec, encoded_event event);
    /// Completes the pending next() of an ended subscription: the first one with the empty event, later ones with
    /// `ended`.
    void complete_end();
    /// Completes the pending next() with an end because memory is exhausted.
    void end_without_memory();
    /// Drops the pending next() without completing it: its coroutine is being destroyed.
    void drop();

    /// Whether completing at once would nest too many stack frames.
    static bool must_yield() noexcept;

    /// Whether the event loop is to complete the pending next() with the end.
    bool has_posted_end() const noexcept { return posted_end_ != nullptr; }

    encoded_event held;                         ///< an event that was found, and that the event loop is to deliver
    boost::asio::io_context* context = nullptr; ///< of the pending next()
    bool aborted = false;                       ///< the pending next() has been cancelled and is still to be completed

protected:
    ~waiter() override = default;

private:
    void post_end(error_code ec);

    bool end_seen_ = false;               ///< a next() has completed with the empty event
    std::shared_ptr<waiter*> posted_end_; ///< lets the posted completion find *this, which may be gone
};

} // namespace rill::pubsub::detail
