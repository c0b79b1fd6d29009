#pragma once

#include <chrono>
#include <rill/http/request.hpp>
#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/topic_pattern.hpp>
#include <rill/sse/endpoint.hpp>

namespace rill::pubsub {

struct hub_options
{
    /// For each topic; unsent_bytes is for all together.
    channel_options channel{};
    /// Topics for which others hold: the first entry counts that matches. Their unsent_bytes are not used.
    ///
    /// What concerns a topic (`replay`, whether newer events replace older ones, the first and the last subscriber) is
    /// its own, whichever stream has it. What concerns a stream (`history`, `on_unknown_id`, `slow` with `backlog` and
    /// `tell_dropped`, `heartbeat`, `on_slow`) is that of its topics, if they all have the same; for a stream whose
    /// topics have different ones `channel` decides. A pattern that a stream wants is looked up as if it were a name. A
    /// stream with some topics of latest_per_key may be behind as far as its topics hold events, whatever its policy.
    std::vector<topic_options> by_topic{};
    /// More than so many topics at once are refused. Those that have subscribers but never had an event take three
    /// quarters of it at most: the rest is for topics that are published in.
    std::size_t topics = 100'000;
    /// A topic that has no subscriber, and had none and no event for so long, is removed with its past, when the hub is
    /// next used. Who comes back to it with an older id is told of a gap. 0: topics are kept. One that never had an
    /// event goes with its last subscriber.
    std::chrono::milliseconds idle{60'000};

    // For endpoints.

    /// Which topics, or patterns, a request wants. By default the path parameter `topic`, or else the query parameters
    /// `topics`, in each of them separated by commas and perhaps spaces, which belong to no name.
    std::function<std::vector<std::string>(const request&)> requested{};
    /// A request for more topics and patterns than so many is answered with 400.
    std::size_t names = 256;
    /// So many topics that never had an event the streams of one client may bring in, by request::remote_address() (see
    /// the middleware forwarded()), and of IPv6 its network of 64 bits: who asks for more gets 503, while others get
    /// their topics.
    std::size_t topics_of_client = 25'000;
    /// A request for more patterns than so many is answered with 400: each is compared with each topic of the hub,
    /// under a lock that all its streams share.
    std::size_t patterns = 16;
    /// Whether it may have this topic; if not, it is answered with 403.
    std::function<bool(const request&, std::string_view topic)> authorize{};
    /// The same for a pattern, which may match more than one thinks of now. None: where there is `authorize`, patterns
    /// are refused, otherwise they are allowed.
    std::function<bool(const request&, const topic_pattern& pattern)> authorize_pattern{};
    /// The name in the list of subscribers, unless the endpoint has its own endpoint_options::who; none: not in the
    /// list.
    std::function<std::string(const request&)> who{};
};

/// Channels by topic name: made by the first publish or subscribe, removed when idle. All have one sequence of ids, so
/// that a stream of many topics gets them in order and resumes with one id.
///
/// A handle: copies name the same hub. Everything is thread-safe.
class hub
{
public:
    /// Throws std::invalid_argument for options that can't be.
    /// @param plane the log behind it; none: memory_backplane with its defaults
    explicit hub(hub_options options = {}, std::shared_ptr<backplane> plane = nullptr);

    /// As channel::publish(). Further errors: error::invalid_topic (see is_topic()), error::too_many_topics.
    result<event_id> publish(std::string_view topic, const sse::event& e, std::string_view key = {});
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view>
    result<event_id> publish(std::string_view topic, const Text& data, std::string_view key = {})
    {
        return publish(topic, sse::event{.data = std::string_view(data)}, key);
    }

    /// As channel::subscribe(), for a topic or a topic_pattern, or for several of them. encoded_event::topic() tells
    /// whose an event is. A name that is not valid ends the subscription: see subscription::ended(). `names` and
    /// `topics_of_client` are not looked at: a handler that takes names from a request limits them itself.
    subscription subscribe(std::string_view topic, std::string_view last_event_id = {}, std::string who = {}) const;
    subscription subscribe(const std::vector<std::string>& topics, std::string_view last_event_id = {},
                           std::string who = {}) const;

    /// Those that there are, in order.
    std::vector<std::string> topics() const;
    /// Of a topic by its name; patterns do not count.
    std::size_t subscribers(std::string_view topic) const;
    std::vector<std::string> who(std::string_view topic) const;
    statistics stats() const;

    const std::shared_ptr<detail::event_log>& log() const noexcept { return log_; } ///< for this module
    const std::shared_ptr<const hub_options>& options() const noexcept { return options_; }

private:
    std::shared_ptr<const hub_options> options_;
    std::shared_ptr<detail::event_log> log_;
};

} // namespace rill::pubsub
