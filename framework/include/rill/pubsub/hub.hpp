#pragma once

#include <chrono>
#include <rill/http/request.hpp>
#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/topic_pattern.hpp>
#include <rill/sse/endpoint.hpp>

namespace rill::pubsub {

struct hub_options
{
    /// Options of each topic. `max_unsent_bytes` applies to all topics together.
    channel_options channel{};
    /// Options of some topics, in place of `channel`. The first entry that matches a topic applies. Its
    /// `max_unsent_bytes` is not used.
    ///
    /// `replay`, the replacement of events by key, and the hooks for the first and the last subscriber belong to a
    /// topic and always apply. `history`, `on_unknown_id`, `slow`, `backlog`, `notify_dropped`, `heartbeat` and
    /// `on_slow` belong to a stream. They apply if all topics of the stream have the same entry; otherwise `channel`
    /// applies. The entry of a pattern is found as if the pattern were a name. If one topic of a stream has
    /// latest_per_key, the stream may lag as far as its topics hold events, whatever its policy is.
    std::vector<topic_options> by_topic{};
    /// Maximum number of topics. Topics that have subscribers but never had an event may use three quarters of it. The
    /// rest is reserved for topics with events.
    std::size_t max_topics = 100'000;
    /// A topic without a subscriber is removed, with its past, after this time without a subscriber and without an
    /// event. Removal happens when the hub is used. A client that comes back to a removed topic with an older id gets a
    /// `gap` notice. 0 keeps such topics. A topic that never had an event is removed with its last subscriber.
    std::chrono::milliseconds idle{60'000};

    // For endpoints.

    /// Returns the topics or patterns that a request asks for. By default the path parameter `topic`, or else the query
    /// parameters `topics`. Each of these holds names separated by commas; spaces around a name are ignored.
    std::function<std::vector<std::string>(const request&)> requested{};
    /// Maximum number of topics and patterns of a request. A request for more gets 400.
    std::size_t max_names = 256;
    /// Maximum number of topics that never had an event and were created by the streams of one client. A client is a
    /// request::remote_address() (see the middleware forwarded()); for IPv6, its network of 64 bits. A request for more
    /// gets 503. Other clients are not affected.
    std::size_t max_topics_per_client = 25'000;
    /// Maximum number of patterns of a request. A request for more gets 400. Each pattern is compared with each topic
    /// of the hub, under a lock that all streams share.
    std::size_t max_patterns = 16;
    /// Whether a request may have this topic. If not, it gets 403.
    std::function<bool(const request&, std::string_view topic)> authorize{};
    /// Whether a request may have this pattern, which may match topics that do not exist yet. Without this function,
    /// patterns are refused if `authorize` is set, and allowed otherwise.
    std::function<bool(const request&, const topic_pattern& pattern)> authorize_pattern{};
    /// Returns the name of a stream in hub::names(), unless endpoint_options::subscriber_name is set. Without it, or
    /// with an empty name, the stream is not listed.
    std::function<std::string(const request&)> subscriber_name{};
};

/// Channels by topic name. The first publish or subscribe creates a topic; an idle topic is removed. All topics share
/// one sequence of ids, so that a stream of many topics gets its events in order and resumes with one id.
///
/// A handle: copies refer to the same hub. All functions are thread-safe.
class hub
{
public:
    /// Throws std::invalid_argument for invalid options.
    /// @param plane  the log of the hub; by default a memory_backplane with its default settings
    explicit hub(hub_options options = {}, std::shared_ptr<backplane> plane = nullptr);

    /// See channel::publish(). Further errors: error::invalid_topic (see is_topic()), error::too_many_topics.
    result<log_id> publish(std::string_view topic, const sse::event& e, std::string_view key = {});
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view>
    result<log_id> publish(std::string_view topic, const Text& data, std::string_view key = {})
    {
        return publish(topic, sse::event{.data = std::string_view(data)}, key);
    }

    /// See channel::subscribe(). Subscribes to one or several topics or topic_patterns. encoded_event::topic() is the
    /// topic of an event. An invalid name ends the subscription, see subscription::ended(). `max_names` and
    /// `max_topics_per_client` do not apply: a handler that takes names from a request must limit them itself.
    subscription subscribe(std::string_view topic, std::string_view last_event_id = {},
                           std::string subscriber_name = {}) const;
    subscription subscribe(const std::vector<std::string>& topics, std::string_view last_event_id = {},
                           std::string subscriber_name = {}) const;

    /// The names of all present topics, sorted.
    std::vector<std::string> topics() const;
    /// The number of subscribers that name this topic. Subscribers with a matching pattern do not count.
    std::size_t subscribers(std::string_view topic) const;
    /// The names of these subscribers, sorted, without duplicates.
    std::vector<std::string> names(std::string_view topic) const;
    channel_stats stats() const;

    /// Internal to this module.
    const std::shared_ptr<detail::topic_store>& store() const noexcept { return store_; }
    const std::shared_ptr<const hub_options>& options() const noexcept { return options_; }

private:
    std::shared_ptr<const hub_options> options_;
    std::shared_ptr<detail::topic_store> store_;
};

} // namespace rill::pubsub
