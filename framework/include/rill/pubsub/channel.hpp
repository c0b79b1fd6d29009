#pragma once

#include <concepts>
#include <memory>
#include <rill/core/awaitable.hpp>
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

/// One sequence of events for any number of streams. It holds its recent past. Each published event is encoded once.
/// All streams get the events in the same order. See docs/reference/broadcast.md.
///
/// This class is a handle: copies refer to the same channel. All functions are thread-safe. The channel exists as long
/// as one of its handles, endpoints or subscriptions exists.
class channel
{
public:
    /// Throws std::invalid_argument for invalid options.
    /// @param plane  the log of the channel. By default it is a memory_backplane with default settings
    explicit channel(channel_options options = {}, std::shared_ptr<backplane> plane = nullptr);

    /// Publishes an event. Never waits, even if streams or the log are slow. The event must not have an id, unless the
    /// backplane takes ids from publishers.
    /// @param key  with slow_policy::latest_per_key, the event replaces the previous event of the same key
    /// @return the id. It is empty if the backplane assigns it later. Errors: error::invalid_utf8,
    /// error::message_too_large (see channel_options::max_event_bytes), and those of the backplane
    result<log_id> publish(const sse::event& e, std::string_view key = {});
    result<log_id> publish(const sse::event& e, const publish_options& options);

    /// Publishes an event, and waits until the log has acknowledged it. The function appends the event before it
    /// returns the awaitable. Therefore it may be called with temporaries, and an awaitable that is destroyed does not
    /// undo the append.
    ///
    /// Completion: on the caller's worker. If the log acknowledges the event within the call, `co_await` does not
    /// suspend the caller. Cancellation: ends the wait, but not the append. The channel exists until the awaitable has
    /// completed.
    /// @return the id. Errors: those of publish(). error::outcome_unknown if the log may or may not have appended the
    /// event; a retry with the same idempotency key is then safe
    awaitable<result<log_id>> publish_acknowledged(const sse::event& e, publish_options options = {});

    /// Publishes an event that has data only.
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view>
    result<log_id> publish(const Text& data, std::string_view key = {})
    {
        return publish(sse::event{.data = std::string_view(data)}, key);
    }

    /// Subscribes a handler. The subscription begins after the event with `last_event_id`. If this id is empty, the
    /// subscription begins with the newest channel_options::history events. In both cases it also gets every event that
    /// is published from now on.
    /// @param subscriber_name  the name in names(). If it is empty, names() does not list the subscriber
    subscription subscribe(std::string_view last_event_id = {}, std::string subscriber_name = {}) const;
    /// Subscribes a handler that serves a client. The same as subscribe(), but channel_options::snapshot applies. If
    /// the snapshot fails, the subscription ends with its error or with error::snapshot_failed.
    subscription join(std::string_view last_event_id = {}, std::string subscriber_name = {}) const;

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
