#include <rill/pubsub/channel.hpp>

#include <rill/pubsub/memory_backplane.hpp>

#include "pubsub/coroutine_subscriber.hpp"
#include "pubsub/event_log.hpp"

namespace rill::pubsub {

channel::channel(channel_options options, std::shared_ptr<backplane> plane)
    : log_(std::make_shared<detail::event_log>(detail::log_settings{.channel = std::move(options)},
                                               plane ? std::move(plane) : std::make_shared<memory_backplane>()))
{}

result<event_id> channel::publish(const sse::event& e, std::string_view key)
{
    return log_->publish({}, e, key);
}

subscription channel::subscribe(std::string_view last_event_id, std::string who) const
{
    return detail::make_subscription(log_, log_->enter({topic_pattern()}, std::move(who)), last_event_id);
}

std::size_t channel::subscribers() const
{
    return log_->subscribers({});
}

std::vector<std::string> channel::who() const
{
    return log_->who({});
}

statistics channel::stats() const
{
    return log_->stats();
}

} // namespace rill::pubsub
