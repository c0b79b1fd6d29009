#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <rill/pubsub/snapshot.hpp>
#include <string>
#include <string_view>

namespace rill::pubsub {

/// Limits of the past that a channel holds. The past is for clients that reconnect and for slow clients.
struct replay_limits
{
    std::size_t max_events = 4096;              ///< at least 1
    std::size_t max_bytes = 40UL * 1024 * 1024; ///< of memory; the newest event is always held
    std::chrono::milliseconds max_age{0};       ///< 0: no limit
};

/// The treatment of a stream that lags more than its stream_limits allow.
enum class slow_policy : unsigned char
{
    disconnect,  ///< the stream ends; the client may reconnect and resume
    drop_oldest, ///< the oldest events are dropped; the stream gets a `dropped` notice and continues
    /// The stream gets only the newest event of each key, in the order of these events. The stream gets all events
    /// without a key. The replay buffer holds the same events, and its limits apply instead of the stream_limits.
    latest_per_key,
};

/// The treatment of a client whose last event id is not in the past that is held, or never existed.
enum class unknown_id : unsigned char
{
    gap,    ///< the client gets a `gap` notice, and then all events that are held
    reset,  ///< the client is treated as one without an id
    reject, ///< an endpoint answers 410; a subscription ends with error::unknown_event_id
};

/// Limits of the backlog of a stream. Events that the client has requested by its last event id do not count.
struct stream_limits
{
    std::size_t max_events = 1024;
    std::size_t max_bytes = 40UL * 1024 * 1024; ///< of memory in the replay buffer; one event may always wait
};

/// Why a slow stream does not get events.
enum class slow_reason : unsigned char
{
    backlog,       ///< its backlog exceeds channel_options::backlog
    not_held,      ///< the channel has dropped events that the stream has not received
    unsent,        ///< all streams together would hold more than channel_options::max_unsent_bytes
    write_timeout, ///< its client accepted no data for endpoint_options::write_timeout
    over_capacity, ///< all connections together would hold more than capacity_limits::max_queued_bytes
};

std::string_view to_string(slow_reason reason) noexcept;

/// A stream that was too slow.
struct slow_stream
{
    std::string_view topic;           ///< the only topic of the stream; empty if it has several, or for a channel
    std::string_view subscriber_name; ///< as in subscribe()
    std::uint64_t dropped;            ///< events that the stream does not get; if it has ended, its backlog
    bool evicted;                     ///< whether the stream has been ended
    slow_reason reason;
};

/// A value for channel_options::history: all events that the channel holds.
inline constexpr std::size_t everything = SIZE_MAX;

struct channel_options
{
    /// Maximum size of an event: its data, name, id and comment together. A larger event is refused. With the other
    /// defaults, two events of this size may wait while a third one is being sent. If the data of an event has several
    /// lines, the event takes twice its size.
    std::size_t max_event_bytes = 8UL * 1024 * 1024;
    replay_limits replay{};
    /// Number of newest events that a stream without a last event id gets first.
    std::size_t history = 0;
    unknown_id on_unknown_id = unknown_id::gap;

    /// Returns the state of the application as events, for a client without a last event id or with an unknown one. The
    /// client gets these events instead of `history`, and then each event after the position of the snapshot. If the id
    /// is unknown, `on_unknown_id` applies first: a `gap` notice precedes the snapshot, or the client is rejected. Each
    /// client also gets a snapshot after a gap of the log, see backplane::reader::on_gap().
    /// Applies to the streams of endpoints, and to channel::join() and hub::join().
    ///
    /// By default, the position is the end of the log before the call. The result must contain the effects of all
    /// events up to there. It may contain later ones, too, and clients get these events again. Therefore an application
    /// must change its state first, and then publish the event. If clients must not get an event twice, see
    /// snapshot::set_position().
    ///
    /// The function runs as a coroutine on the worker of one of the clients, possibly on several workers at once for
    /// different topics. One call serves all clients with the same topics that join during the call or shortly after
    /// it, see snapshot_limits. Therefore the result must not depend on the client. If all of them leave, the call is
    /// cancelled. If it fails, throws or takes too long, their streams end, and the clients may reconnect.
    snapshot_function snapshot{};
    snapshot_limits snapshot_use{};

    slow_policy slow = slow_policy::disconnect;
    stream_limits backlog{};
    /// Maximum number of unsent bytes that all blocked streams of the channel or hub hold together. While the replay
    /// buffer still holds an event, its unsent bytes take no additional memory. A stream that would exceed the limit is
    /// ended. The limit includes the snapshots that streams read or that serve further clients. A snapshot that would
    /// exceed it has failed.
    std::size_t max_unsent_bytes = 256UL * 1024 * 1024;
    /// Maximum number of reads of the past that the backplane serves at one time, for all streams of the channel or
    /// hub. Further reads wait for their turn. At least 1.
    std::size_t max_past_reads = 16;
    /// Whether a stream gets a `dropped` notice for the events that it misses.
    bool notify_dropped = true;

    /// The heartbeat of the streams of an endpoint that does not set sse::endpoint_options::heartbeat. It does not
    /// apply to handlers that subscribe. They have the heartbeat of their own endpoint.
    std::optional<std::chrono::milliseconds> heartbeat{};

    // Hooks. The threads of the workers call them, possibly several at once. They must not block or throw.

    /// Called if a stream was too slow. Events are dropped, or the stream is ended. For a handler that subscribes, this
    /// hook reports only its subscription, not the end of its connection.
    std::function<void(const slow_stream&)> on_slow{};
    /// Called if `snapshot` has failed, with a text that describes the exception or the error. Also called if a stream
    /// ends because the channel does not hold all events after the positions of three snapshots.
    std::function<void(std::string_view what)> on_snapshot_failed{};
    /// Called after a topic has got its first subscriber, or has lost its last one. The calls are in order, one at a
    /// time. Patterns do not count. These hooks must not subscribe. They may publish. The new subscriber gets the
    /// events that on_first_subscriber publishes.
    std::function<void(std::string_view topic)> on_first_subscriber{};
    std::function<void(std::string_view topic)> on_last_subscriber{};
};

/// How an event is published.
struct publish_options
{
    /// With slow_policy::latest_per_key, the event replaces the previous event of the same key.
    std::string_view key{};
    /// Identifies the event, for a retry after error::outcome_unknown. If the log has recently appended an event with
    /// this key, the event is not appended again, and the result is the id of the first one. Each log documents how
    /// long it remembers a key. All topics of a hub share the keys. Empty: no check.
    std::string_view idempotency_key{};
};

/// Options for some topics of a hub. They replace hub_options::channel as a whole.
struct topic_options
{
    std::string topics; ///< a topic or a topic_pattern
    channel_options channel{};
};

/// Counters since the start, and present values where the comment says so. Each value is exact. The values may belong
/// to different moments.
struct channel_stats
{
    std::uint64_t published = 0;         ///< events
    std::uint64_t delivered = 0;         ///< published events passed to a stream's connection or handler, for each
    std::uint64_t dropped = 0;           ///< events not delivered to a stream because it was too slow
    std::uint64_t conflated = 0;         ///< events not delivered to a stream because a newer one replaced them
    std::uint64_t gaps = 0;              ///< streams that began with a gap
    std::uint64_t evicted_slow = 0;      ///< streams that ended because of their backlog
    std::uint64_t evicted_full = 0;      ///< streams that ended because of channel_options::max_unsent_bytes
    std::uint64_t timed_out = 0;         ///< streams of an endpoint that ended because of the write timeout
    std::uint64_t over_capacity = 0;     ///< streams of an endpoint, because of capacity_limits::max_queued_bytes
    std::uint64_t backfill_reads = 0;    ///< pages of the past that were requested from the backplane
    std::uint64_t backfill_failures = 0; ///< requests that the backplane answered with an error, except unknown ids
    std::uint64_t snapshots = 0;         ///< calls of channel_options::snapshot
    std::uint64_t snapshot_failures = 0; ///< calls of on_snapshot_failed
    std::uint64_t subscribers = 0;       ///< at present
    std::uint64_t topics = 0;            ///< at present
    std::uint64_t held_events = 0;       ///< at present, for replay
    std::uint64_t held_bytes = 0;        ///< at present, for replay
    std::uint64_t unsent_bytes = 0;      ///< at present, with snapshots; see channel_options::max_unsent_bytes
};

} // namespace rill::pubsub
