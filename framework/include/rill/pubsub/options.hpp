#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <rill/pubsub/replay_buffer.hpp>
#include <string>
#include <string_view>

namespace rill::pubsub {

/// What becomes of a stream that is further behind than stream_limits allow.
enum class slow_policy : unsigned char
{
    disconnect,  ///< it ends; the client may come back and resume
    drop_oldest, ///< it goes on with what is within the limits, after a `dropped` notice
    /// It gets of each key the newest event only, in the order of these; events without a key are kept. What is held
    /// for replay is the same, so that the limits are those of the replay buffer.
    latest_per_key,
};

/// What becomes of a client whose last event id is not held any more, or never was.
enum class unknown_id : unsigned char
{
    gap,    ///< it is told by a `gap` notice, and gets everything that is held
    reset,  ///< it is treated as one without an id
    reject, ///< 410 for an endpoint; a subscription ends with error::unknown_event_id
};

/// How far one stream may be behind, not counted what it has asked for by its last event id.
struct stream_limits
{
    std::size_t events = 1024;
    std::size_t bytes = 40UL * 1024 * 1024; ///< of memory, which is the replay buffer's; one event may wait in any case
};

/// Why a slow stream does not get events.
enum class slow_reason : unsigned char
{
    backlog,       ///< more wait for it than channel_options::backlog allows
    not_held,      ///< the channel does not hold any more what waits for it
    unsent,        ///< all streams together would hold more than channel_options::unsent_bytes
    write_timeout, ///< its client took nothing for endpoint_options::write_timeout
    over_capacity, ///< all connections together would hold more than capacity_limits::max_queued_bytes
};

std::string_view to_string(slow_reason reason) noexcept;

/// A stream that was too slow.
struct slow_stream
{
    std::string_view topic; ///< of the event that was one too many; empty for a channel without a name
    std::string_view who;   ///< as subscribed
    std::uint64_t dropped;  ///< events that it does not get; of one that has been ended, those that waited for it
    bool evicted;           ///< whether it has been ended
    slow_reason reason;
};

/// For channel_options::history: all events that are held.
inline constexpr std::size_t everything = SIZE_MAX;

struct channel_options
{
    /// A larger event is refused: its data, name, id and comment together. While one goes out to a client that reads,
    /// two more may wait by the other defaults, each held twice where its data has several lines.
    std::size_t event_bytes = 8UL * 1024 * 1024;
    replay_limits replay{};
    /// How many of the newest events a stream begins with that brings no last event id.
    std::size_t history = 0;
    unknown_id on_unknown_id = unknown_id::gap;

    slow_policy slow = slow_policy::disconnect;
    stream_limits backlog{};
    /// For all streams of the channel, or of the hub, together: what blocked ones hold unsent. It is memory beyond the
    /// replay buffer's only where that has dropped the event meanwhile; who would exceed it is ended.
    std::size_t unsent_bytes = 256UL * 1024 * 1024;
    /// Whether a stream is told of what it misses, by a `dropped` notice.
    bool tell_dropped = true;

    /// Of its endpoints' streams, where the endpoint sets none of its own: see sse::endpoint_options. Handlers that
    /// subscribe have that of their endpoint.
    std::optional<std::chrono::milliseconds> heartbeat{};

    // Hooks. Called from the workers' threads, possibly from several at once; must not block or throw.

    /// A stream was too slow, and something is dropped or the stream is ended. Of a handler that subscribes its
    /// connection's end is not known here: only what concerns its subscription.
    std::function<void(const slow_stream&)> on_slow{};
    /// A topic has its first subscriber, or has lost its last one. In order, one at a time; patterns do not count. Must
    /// not subscribe. May publish: what comes from the first call on is for that subscriber, too.
    std::function<void(std::string_view topic)> on_first_subscriber{};
    std::function<void(std::string_view topic)> on_last_subscriber{};
};

/// Options for some of a hub's topics, as a whole in place of hub_options::channel.
struct topic_options
{
    std::string topics; ///< one topic, or a topic_pattern
    channel_options channel{};
};

/// Since the beginning, but for those that are named as present. Each figure is exact, all together are no snapshot.
struct statistics
{
    std::uint64_t published = 0;     ///< events
    std::uint64_t delivered = 0;     ///< to one stream each; handed to its connection or to its handler
    std::uint64_t dropped = 0;       ///< not delivered to a stream, as it was too slow
    std::uint64_t conflated = 0;     ///< not delivered to a stream, as a newer one of the same key was
    std::uint64_t gaps = 0;          ///< streams that began with a gap
    std::uint64_t evicted_slow = 0;  ///< streams ended for their backlog
    std::uint64_t evicted_full = 0;  ///< streams ended for channel_options::unsent_bytes
    std::uint64_t timed_out = 0;     ///< streams of an endpoint ended by the write timeout
    std::uint64_t over_capacity = 0; ///< streams of an endpoint ended by capacity_limits::max_queued_bytes
    std::uint64_t past_reads = 0;    ///< pages of the past asked of the backplane
    std::uint64_t past_failures = 0; ///< those of them that it could not read, but for ids that it does not hold
    std::uint64_t subscribers = 0;   ///< at present
    std::uint64_t topics = 0;        ///< at present
    std::uint64_t held_events = 0;   ///< at present, for replay
    std::uint64_t held_bytes = 0;    ///< at present, for replay
    std::uint64_t unsent_bytes = 0;  ///< at present; see channel_options
};

} // namespace rill::pubsub
