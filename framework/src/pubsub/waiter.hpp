#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/pubsub/subscription.hpp>

#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

/// The subscriber of a handler, with its pending next().
///
/// A function that completes the pending next() runs code of users. That code may destroy *this.
class waiter : public subscription_base, public subscriber
{
public:
    waiter() noexcept : subscriber(subscriber_kind::waiter) { group = &own_group_; }

    /// Completes the pending next().
    void complete(error_code ec, encoded_event event);
    /// Completes the pending next() of a subscription that has ended. The first call completes with the empty event,
    /// later calls with the error `ended`.
    void complete_end();
    /// Ends the subscription because memory is exhausted, and completes the pending next().
    void end_without_memory();
    /// Drops the pending next() without completing it, because its coroutine is being destroyed.
    void drop();

    /// Whether an immediate completion would nest too many stack frames.
    static bool must_yield() noexcept;

    /// Whether complete_end() has posted its completion to the event loop, where it has not run yet.
    bool has_posted_end() const noexcept { return posted_end_ != nullptr; }

    encoded_event held;                         ///< an event that the event loop delivers later
    boost::asio::io_context* context = nullptr; ///< the context of the pending next()
    bool aborted = false;                       ///< the pending next() has been cancelled but not yet completed

protected:
    ~waiter() override = default;

private:
    void post_end(error_code ec);

    subscriber_group own_group_;
    bool end_seen_ = false;               ///< a next() has completed with the empty event
    std::shared_ptr<waiter*> posted_end_; ///< the posted completion finds *this through it, if *this still exists
};

} // namespace rill::pubsub::detail
