#pragma once

#include <concepts>
#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <rill/pubsub/options.hpp>
#include <rill/pubsub/subscription.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::pubsub {

namespace detail {
class topic_store;
}

/// One sequence of events for any number of streams, with its recent past. A published event is encoded once and
/// reaches every stream in the same order. See docs/reference/broadcast.md.
///
/// A handle: copies refer to the same channel. All functions are thread-safe. The channel lives as long as one of its
/// handles, endpoints or subscriptions.
class channel
{
public:
    /// Throws std::invalid_argument for invalid options.
    /// @param plane  the log of the channel; by default a memory_backplane with its default settings
    explicit channel(channel_options options = {}, std::shared_ptr<backplane> plane = nullptr);

    /// Publishes an event. Never waits, even if streams are slow. The event must have no id of its own, unless the
    /// backplane takes ids from publishers.
    /// @param key  with slow_policy::latest_per_key, the event replaces the previous event of the same key
    /// @return the id; empty if the backplane assigns it later. Errors: error::invalid_utf8, error::message_too_large
    /// (see channel_options::max_event_bytes), and those of the backplane
    result<log_id> publish(const sse::event& e, std::string_view key = {});

    /// Publishes an event that has data only.
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view>
    result<log_id> publish(const Text& data, std::string_view key = {})
    {
        return publish(sse::event{.data = std::string_view(data)}, key);
    }

    /// Subscribes a handler. The subscription begins after the event that the client has seen last. Without that id it
    /// begins with channel_options::history and then gets every event that is published from now on.
    /// @param subscriber_name  the name in names(); without it the subscriber is not listed
    subscription subscribe(std::string_view last_event_id = {}, std::string subscriber_name = {}) const;

    /// The number of streams and subscriptions at present.
    std::size_t subscribers() const;
    /// The names of the present subscribers, sorted, without duplicates.
    std::vector<std::string> names() const;
    channel_stats stats() const;

    /// Internal to this module.
    const std::shared_ptr<detail::topic_store>& store() const noexcept { return store_; }

private:
    std::shared_ptr<detail::topic_store> store_;
};

} // namespace rill::pubsub
