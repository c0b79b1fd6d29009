#include <rill/pubsub/hub.hpp>

#include <rill/pubsub/memory_backplane.hpp>

#include "pubsub/coroutine_subscriber.hpp"
#include "pubsub/parse_topics.hpp"
#include "pubsub/publish.hpp"
#include "pubsub/topic_store.hpp"

namespace rill::pubsub {

namespace {

subscription make_subscription(const std::shared_ptr<detail::topic_store>& store,
                               const std::vector<std::string>& topics, std::string_view last_event_id,
                               std::string subscriber_name, bool joins)
{
    auto parsed = detail::parse_topics(topics);
    if (!parsed) {
        return detail::make_ended_subscription(parsed.error());
    }
    return detail::make_subscription(store, std::move(*parsed), last_event_id, std::move(subscriber_name), joins);
}

} // namespace

hub::hub(hub_options options, std::shared_ptr<backplane> plane)
    : options_(std::make_shared<const hub_options>(std::move(options))),
      store_(std::make_shared<detail::topic_store>(
          detail::store_settings{.channel = options_->channel,
                                 .max_topics = options_->max_topics,
                                 .max_topics_per_client = options_->max_topics_per_client,
                                 .idle = options_->idle,
                                 .by_topic = options_->by_topic},
          plane ? std::move(plane) : std::make_shared<memory_backplane>()))
{}

result<log_id> hub::publish(std::string_view topic, const sse::event& e, std::string_view key)
{
    return publish(topic, e, publish_options{.key = key});
}

result<log_id> hub::publish(std::string_view topic, const sse::event& e, const publish_options& options)
{
    if (!is_topic(topic)) {
        return tl::unexpected(make_error_code(error::invalid_topic));
    }
    return detail::publish(*store_, topic, e, options);
}

awaitable<result<log_id>> hub::publish_acknowledged(std::string_view topic, const sse::event& e,
                                                    publish_options options)
{
    return is_topic(topic) ? detail::publish_acknowledged(store_, topic, e, options)
                           : detail::refused_publish(error::invalid_topic);
}

subscription hub::subscribe(std::string_view topic, std::string_view last_event_id, std::string subscriber_name) const
{
    return subscribe(std::vector{std::string(topic)}, last_event_id, std::move(subscriber_name));
}

subscription hub::subscribe(const std::vector<std::string>& topics, std::string_view last_event_id,
                            std::string subscriber_name) const
{
    return make_subscription(store_, topics, last_event_id, std::move(subscriber_name), false);
}

subscription hub::join(std::string_view topic, std::string_view last_event_id, std::string subscriber_name) const
{
    return join(std::vector{std::string(topic)}, last_event_id, std::move(subscriber_name));
}

subscription hub::join(const std::vector<std::string>& topics, std::string_view last_event_id,
                       std::string subscriber_name) const
{
    return make_subscription(store_, topics, last_event_id, std::move(subscriber_name), true);
}

std::vector<std::string> hub::topics() const
{
    return store_->read([](const detail::topic_table& topics) { return topics.names(); });
}

std::size_t hub::subscribers(std::string_view topic) const
{
    return store_->read([&](const detail::topic_table& topics) { return topics.subscribers(topic); });
}

std::vector<std::string> hub::names(std::string_view topic) const
{
    return store_->read([&](const detail::topic_table& topics) { return topics.subscriber_names(topic); });
}

channel_stats hub::stats() const
{
    return store_->stats();
}

} // namespace rill::pubsub
