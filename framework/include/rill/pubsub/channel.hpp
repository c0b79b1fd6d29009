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
class event_log;
}

/// One stream of events for any number of readers, with its recent past: what is published is encoded once, and reaches
/// every stream in the same order. See docs/reference/broadcast.md.
///
/// A handle: copies name the same channel. Everything is thread-safe. Lives as long as a handle, an endpoint or a
/// subscription of it.
class channel
{
public:
    /// Throws std::invalid_argument for options that can't be.
    /// @param plane the log behind it; none: memory_backplane with its defaults
    explicit channel(channel_options options = {}, std::shared_ptr<backplane> plane = nullptr);

    /// Publishes an event. The publisher never waits, however slow the streams are. Without an id of its own, unless
    /// the backplane wants one.
    /// @param key with slow_policy::latest_per_key: the event replaces the one before it of the same key
    /// @return the id, empty if the backplane gives it later. Errors: error::invalid_utf8, error::message_too_large
    /// (see channel_options::event_bytes), and those of the backplane
    result<event_id> publish(const sse::event& e, std::string_view key = {});

    /// Publishes an event that is nothing but data.
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view>
    result<event_id> publish(const Text& data, std::string_view key = {})
    {
        return publish(sse::event{.data = std::string_view(data)}, key);
    }

    /// For a handler that wants to see each event: it begins behind the event that the client has seen last, or with
    /// what is published from now on (and channel_options::history).
    /// @param who a name for the list of subscribers; none: it is not in the list
    subscription subscribe(std::string_view last_event_id = {}, std::string who = {}) const;

    std::size_t subscribers() const;
    /// Their names, each once, in order.
    std::vector<std::string> who() const;
    statistics stats() const;

    const std::shared_ptr<detail::event_log>& log() const noexcept { return log_; } ///< for this module

private:
    std::shared_ptr<detail::event_log> log_;
};

} // namespace rill::pubsub
