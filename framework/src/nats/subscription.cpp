#include "nats/subscription.hpp"

#include <algorithm>
#include <vector>

namespace rill::nats {

ended_subscriptions::~ended_subscriptions()
{
    for (auto* ended : kept_) {
        natsSubscription_Destroy(ended);
    }
}

void ended_subscriptions::add(natsSubscription* ended)
{
    natsSubscription_Unsubscribe(ended);
    const std::lock_guard lock(mutex_);
    kept_.push_back(ended);
    ++added_;
}

std::uint64_t ended_subscriptions::count() const
{
    const std::lock_guard lock(mutex_);
    return added_;
}

void ended_subscriptions::release(std::uint64_t count)
{
    std::vector<natsSubscription*> released;
    std::unique_lock lock(mutex_);
    const auto destroyed = added_ - kept_.size();
    const auto number = count - std::min(count, destroyed);
    const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(number);
    released.assign(kept_.begin(), end);
    kept_.erase(kept_.begin(), end);
    lock.unlock();
    for (auto* ended : released) {
        natsSubscription_Destroy(ended);
    }
}

std::size_t ended_subscriptions::size() const
{
    const std::lock_guard lock(mutex_);
    return kept_.size();
}

} // namespace rill::nats
