#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <nats/nats.h>

namespace rill::nats {

/// Keeps ended subscriptions of one connection until its reading thread cannot use them any more.
///
/// The thread of nats.c 3.4 that reads from the connection finds a subscription under a lock, and then uses it without
/// the lock and without a reference (https://github.com/nats-io/nats.c/issues/637, repaired in 3.6). So the memory of a
/// subscription must not be released while that thread may still handle a message for it. The thread handles one
/// message after another. Therefore the response to a request shows that it has handled all messages before the
/// request. Thread-safe.
class ended_subscriptions
{
public:
    ended_subscriptions() = default;
    ended_subscriptions(const ended_subscriptions&) = delete;
    ended_subscriptions& operator=(const ended_subscriptions&) = delete;
    /// The connection must be closed.
    ~ended_subscriptions();

    /// Ends a subscription, and keeps it.
    void add(natsSubscription* ended);
    /// The number of subscriptions that have ended before now, for release().
    std::uint64_t count() const;
    /// Destroys the first `count` subscriptions. A response to a request that was sent after count() has arrived.
    void release(std::uint64_t count);
    /// The number of subscriptions that are kept.
    std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::deque<natsSubscription*> kept_;
    std::uint64_t added_ = 0;
};

/// Ends a subscription. It may outlive its session.
struct subscription_deleter
{
    std::shared_ptr<ended_subscriptions> keeper{};

    void operator()(natsSubscription* ended) const { keeper->add(ended); }
};
using subscription_handle = std::unique_ptr<natsSubscription, subscription_deleter>;

} // namespace rill::nats
