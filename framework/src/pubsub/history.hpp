#pragma once

#include <cstdint>
#include <optional>
#include <rill/pubsub/encoded_event.hpp>
#include <rill/pubsub/options.hpp>
#include <string_view>
#include <vector>

#include "pubsub/event_order.hpp"
#include "pubsub/topic_table.hpp"

namespace rill::pubsub::detail {

/// The position of a stream. All topics of a store share one sequence. Therefore one number is enough for a stream of
/// several topics.
struct cursor
{
    std::uint64_t seen = 0;       ///< the stream has received every event up to this sequence number
    std::uint64_t known_lost = 0; ///< losses up to this sequence number have been reported to the stream
};

struct found_event
{
    encoded_event event;
    std::uint64_t sequence = 0;
};

/// The result of history::collect().
struct collected
{
    bool lost = false; ///< an event after the cursor has been dropped, and the loss has not been reported
    std::uint64_t lost_until = 0;
    std::uint64_t remaining = 0; ///< the number of held events after the cursor
    std::uint64_t remaining_bytes = 0;
    std::uint64_t scanned_until = 0; ///< if not 0: nothing was found up to here, and the search must continue
};

/// A point in the sequence before which events of the log may be missing.
struct log_gap
{
    std::uint64_t sequence = 0; ///< all events before the gap have smaller numbers, and all others have larger ones
    encoded_event notice;
};

/// The end of the log in the store.
struct log_end
{
    bool numeric_ids = true;
    bool has_begun = true;         ///< the log has reported the position at which it begins
    std::uint64_t newest = 0;      ///< the sequence number of the last event or gap
    std::uint64_t known_after = 0; ///< nothing is known about events up to this sequence number
    std::vector<log_gap> gaps{};   ///< the newest gaps, in order
    // For opaque ids only:
    log_id last_id{}; ///< the id of the last event of any topic
    std::uint64_t last_id_at = 0;
    log_id begin_id{};          ///< the backplane sends the events that follow directly after the event with this id
    std::uint64_t begin_at = 0; ///< these events have sequence numbers greater than this
};

/// The position at which a stream begins.
struct start_point
{
    cursor position;
    std::uint64_t requested_until = 0; ///< events up to this sequence number existed before the stream
    encoded_event gap;                 ///< a notice that is sent first
    bool resumed = false;              ///< the stream begins after the last event id of its client
    bool rejected = false;             ///< the last event id is unknown, and the policy is unknown_id::reject
    bool needs_backfill = false;       ///< the position is unknown until the backplane has been read
    bool needs_snapshot = false;       ///< the position is unknown until the application has returned a snapshot
};

/// The past events of the topics of one stream. A view that refers to its arguments. It has no state, no lock and no
/// clock.
class history
{
public:
    /// @param order  the order of the events; only a hub has one
    history(const topic_table& topics, const topic_filter& filter, const log_end& end,
            const event_order& order) noexcept
        : topics_(topics), filter_(filter), end_(end), order_(order)
    {}

    const topic_table& topics() const noexcept { return topics_; }
    std::uint64_t newest() const noexcept { return end_.newest; }

    /// The sequence number of the event with this id. None if no topic of the stream has or recently had the event, and
    /// the event is not at the end of the log.
    std::optional<std::uint64_t> sequence_of(std::string_view id) const;

    /// Whether the topics still hold each of their events after that sequence number.
    bool holds_all_after(std::uint64_t sequence) const;

    /// The start of a stream that has received everything up to that sequence number.
    start_point resume(std::uint64_t sequence) const;

    /// The start of a stream whose last event id is unknown or empty.
    /// @param how  with unknown_id::gap, the start has a `gap` notice
    /// @param options  the options of the stream
    /// @param entered  the stream gets every event after this sequence number
    /// @param received  with unknown_id::gap, the client has the held events up to this sequence number
    start_point start(unknown_id how, std::string_view id, const channel_options& options, std::uint64_t entered,
                      std::uint64_t received = 0) const;

    /// The start of a stream that gets a snapshot, because its last event id is unknown or empty.
    /// @param how  with unknown_id::gap, the start has a `gap` notice. The notice has no id, because a client that
    ///             resumed with the id would not get the snapshot
    start_point start_with_snapshot(unknown_id how, std::string_view id) const;

    bool has_begun() const noexcept { return end_.has_begun; }

    /// The end of the log.
    struct log_end_position
    {
        std::uint64_t sequence = 0;
        log_id id; ///< see id_at()
    };
    log_end_position end() const { return {end_.newest, id_at(end_.newest)}; }

    /// The number of events after that sequence number. None if events are lost since then.
    std::optional<std::uint64_t> count_after(std::uint64_t sequence) const;

    /// The same as sequence_of(), but searches all topics. An empty id is the beginning of the log.
    std::optional<std::uint64_t> sequence_in_any_topic(std::string_view id) const;

    /// The id with which a client resumes after that sequence number. Empty if the ids are opaque and the id is not
    /// held.
    log_id id_at(std::uint64_t seen) const;

    /// Appends the next events after the cursor to `into`, in order, up to the sequence number `until`. A gap of the
    /// log counts as an event. Sets collected::remaining if an event is lost or if `count` is 0.
    /// @param count  the maximum number of events
    collected collect(const cursor& position, std::uint64_t until, std::size_t count,
                      std::vector<found_event>& into) const;

private:
    template <class F>
    void for_each_topic(F&& f) const
    {
        topics_.for_each(filter_, f);
    }
    std::uint64_t history_start(std::size_t events) const;
    std::uint64_t lost_until() const;
    const replay_buffer::entry* oldest() const;
    const log_gap* next_gap(std::uint64_t seen, std::uint64_t until) const noexcept;
    collected collect_events(const cursor& position, std::uint64_t until, std::size_t count,
                             std::vector<found_event>& into) const;
    bool collect_in_order(const cursor& position, std::uint64_t until, std::size_t count,
                          std::vector<found_event>& into, collected& outcome) const;
    collected collect_by_topic(const cursor& position, std::uint64_t until, std::size_t count,
                               std::vector<found_event>& into) const;

    const topic_table& topics_;
    const topic_filter& filter_;
    const log_end& end_;
    const event_order& order_;
};

} // namespace rill::pubsub::detail
