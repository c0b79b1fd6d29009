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
    /// Options of some topics. They replace `channel` for these topics. The first entry that matches a topic applies.
    /// `max_unsent_bytes`, `max_past_reads` and `snapshot_use.max_calls` of an entry are not used.
    ///
    /// Some options belong to a topic: `replay`, the replacement of events by key, and the hooks for the first and the
    /// last subscriber. They always apply. Other options belong to a stream: `history`, `on_unknown_id`,
    /// `snapshot`, `snapshot_use`, `slow`, `backlog`, `notify_dropped`, `heartbeat`, `on_slow` and
    /// `on_snapshot_failed`. They apply if all topics of the stream have the same entry. Otherwise `channel` applies to
    /// the stream. The entry of a pattern is found as if the pattern were a topic name. If one topic of a stream has
    /// latest_per_key, the stream may lag as far as its topics hold events. This does not depend on the policy of the
    /// stream.
    std::vector<topic_options> by_topic{};
    /// Maximum number of topics. At most three quarters of them may be topics that have subscribers but never had an
    /// event. The rest is reserved for topics with events.
    std::size_t max_topics = 100'000;
    /// A topic is removed, with its past, after it has had no subscriber and no event for this time. The hub removes
    /// such topics when it is used. A client that reconnects to a removed topic with an older id gets a `gap` notice.
    /// 0: such topics are not removed. A topic that never had an event is removed with its last subscriber.
    std::chrono::milliseconds idle{60'000};

    // The options below apply only to endpoints.

    /// Returns the topics and patterns of a request. By default they come from the path parameter `topic`. If the route
    /// does not have it, they come from the query parameters `topics`. Each parameter is a list of names that are
    /// separated by commas. Spaces around a name are ignored.
    std::function<std::vector<std::string>(const request&)> requested{};
    /// Maximum number of topics and patterns of a request. Above it, the response is 400.
    std::size_t max_names = 256;
    /// Maximum number of topics that never had an event and were created by the streams of one client. A client is a
    /// request::remote_address() (see the middleware forwarded()); for IPv6, its network of 64 bits. Above it, the
    /// response is 503. Other clients are not affected.
    std::size_t max_topics_per_client = 25'000;
    /// Maximum number of patterns of a request. Above it, the response is 400. The hub compares each pattern with each
    /// of its topics, under a lock that all streams share.
    std::size_t max_patterns = 16;
    /// Whether a request may subscribe to this topic. If not, the response is 403.
    std::function<bool(const request&, std::string_view topic)> authorize{};
    /// Whether a request may subscribe to this pattern. The pattern may match topics that do not exist yet. If this
    /// function is not set, patterns are refused if `authorize` is set, and allowed if it is not.
    std::function<bool(const request&, const topic_pattern& pattern)> authorize_pattern{};
    /// Returns the name of a stream in hub::names(). endpoint_options::subscriber_name overrides it. If the name is
    /// empty or neither function is set, hub::names() does not list the stream.
    std::function<std::string(const request&)> subscriber_name{};
};

/// A set of channels. Each topic name has its own channel. The first publish() or subscribe() creates a topic. An idle
/// topic is removed. All topics share one sequence of ids. Therefore a stream of many topics gets its events in order
/// and resumes with one id.
///
/// This class is a handle: copies refer to the same hub. All functions are thread-safe.
class hub
{
public:
    /// Throws std::invalid_argument for invalid options.
    /// @param plane  the log of the hub. By default it is a memory_backplane with default settings
    explicit hub(hub_options options = {}, std::shared_ptr<backplane> plane = nullptr);

    /// See channel::publish(). Further errors: error::invalid_topic (see is_topic()), error::too_many_topics.
    result<log_id> publish(std::string_view topic, const sse::event& e, std::string_view key = {});
    result<log_id> publish(std::string_view topic, const sse::event& e, const publish_options& options);
    /// See channel::publish_acknowledged(). Further errors: those of publish().
    awaitable<result<log_id>> publish_acknowledged(std::string_view topic, const sse::event& e,
                                                   publish_options options = {});
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view>
    result<log_id> publish(std::string_view topic, const Text& data, std::string_view key = {})
    {
        return publish(topic, sse::event{.data = std::string_view(data)}, key);
    }

    /// See channel::subscribe(). Subscribes to one or several topics or topic_patterns. encoded_event::topic() is the
    /// topic of an event. An invalid name ends the subscription, see subscription::ended(). `max_names` and
    /// `max_topics_per_client` do not apply. A handler that takes names from a request must limit their number itself.
    subscription subscribe(std::string_view topic, std::string_view last_event_id = {},
                           std::string subscriber_name = {}) const;
    subscription subscribe(const std::vector<std::string>& topics, std::string_view last_event_id = {},
                           std::string subscriber_name = {}) const;
    /// See channel::join().
    subscription join(std::string_view topic, std::string_view last_event_id = {},
                      std::string subscriber_name = {}) const;
    subscription join(const std::vector<std::string>& topics, std::string_view last_event_id = {},
                      std::string subscriber_name = {}) const;

    /// The names of all present topics, sorted.
    std::vector<std::string> topics() const;
    /// The number of subscribers of this topic. Subscribers with a matching pattern do not count.
    std::size_t subscribers(std::string_view topic) const;
    /// The names of the subscribers of this topic, sorted, without duplicates.
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
