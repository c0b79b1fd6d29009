#include <rill/pubsub/hub.hpp>

#include <rill/pubsub/memory_backplane.hpp>

#include "pubsub/coroutine_subscriber.hpp"
#include "pubsub/event_log.hpp"
#include "pubsub/topics.hpp"

namespace rill::pubsub {

namespace detail {

result<std::vector<topic_pattern>> parse_topics(const std::vector<std::string>& names)
{
    std::vector<topic_pattern> topics;
    for (const auto& name : names) {
        auto parsed = topic_pattern::parse(name);
        if (!parsed) {
            return tl::unexpected(parsed.error());
        }
        topics.push_back(std::move(*parsed));
    }
    if (topics.empty()) {
        return tl::unexpected(make_error_code(error::invalid_topic));
    }
    return topics;
}

} // namespace detail

hub::hub(hub_options options, std::shared_ptr<backplane> plane)
    : options_(std::make_shared<const hub_options>(std::move(options))),
      log_(std::make_shared<detail::event_log>(detail::log_settings{.channel = options_->channel,
                                                                    .topics = options_->topics,
                                                                    .topics_of_client = options_->topics_of_client,
                                                                    .idle = options_->idle,
                                                                    .by_topic = options_->by_topic},
                                               plane ? std::move(plane) : std::make_shared<memory_backplane>()))
{}

result<event_id> hub::publish(std::string_view topic, const sse::event& e, std::string_view key)
{
    if (!is_topic(topic)) {
        return tl::unexpected(make_error_code(error::invalid_topic));
    }
    return log_->publish(topic, e, key);
}

subscription hub::subscribe(std::string_view topic, std::string_view last_event_id, std::string who) const
{
    return subscribe(std::vector{std::string(topic)}, last_event_id, std::move(who));
}

subscription hub::subscribe(const std::vector<std::string>& topics, std::string_view last_event_id,
                            std::string who) const
{
    auto entry = detail::parse_topics(topics).and_then(
        [&](std::vector<topic_pattern> parsed) { return log_->enter(std::move(parsed), std::move(who)); });
    return detail::make_subscription(log_, std::move(entry), last_event_id);
}

std::vector<std::string> hub::topics() const
{
    return log_->topics();
}

std::size_t hub::subscribers(std::string_view topic) const
{
    return log_->subscribers(topic);
}

std::vector<std::string> hub::who(std::string_view topic) const
{
    return log_->who(topic);
}

statistics hub::stats() const
{
    return log_->stats();
}

} // namespace rill::pubsub
