#include <rill/pubsub/channel.hpp>

#include <rill/pubsub/memory_backplane.hpp>

#include "pubsub/coroutine_subscriber.hpp"
#include "pubsub/publish.hpp"
#include "pubsub/topic_store.hpp"

namespace rill::pubsub {

channel::channel(channel_options options, std::shared_ptr<backplane> plane)
    : store_(std::make_shared<detail::topic_store>(detail::store_settings{.channel = std::move(options)},
                                                   plane ? std::move(plane) : std::make_shared<memory_backplane>()))
{}

result<log_id> channel::publish(const sse::event& e, std::string_view key)
{
    return detail::publish(*store_, {}, e, {.key = key});
}

result<log_id> channel::publish(const sse::event& e, const publish_options& options)
{
    return detail::publish(*store_, {}, e, options);
}

awaitable<result<log_id>> channel::publish_acknowledged(const sse::event& e, publish_options options)
{
    return detail::publish_acknowledged(store_, {}, e, options);
}

subscription channel::subscribe(std::string_view last_event_id, std::string subscriber_name) const
{
    return detail::make_subscription(store_, {topic_pattern()}, last_event_id, std::move(subscriber_name));
}

subscription channel::join(std::string_view last_event_id, std::string subscriber_name) const
{
    return detail::make_subscription(store_, {topic_pattern()}, last_event_id, std::move(subscriber_name), true);
}

std::size_t channel::subscribers() const
{
    return store_->read([](const detail::topic_table& topics) { return topics.subscribers({}); });
}

std::vector<std::string> channel::names() const
{
    return store_->read([](const detail::topic_table& topics) { return topics.subscriber_names({}); });
}

channel_stats channel::stats() const
{
    return store_->stats();
}

} // namespace rill::pubsub
