#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

// Where a stream begins. All of these are thread-safe.

/// How far a backfill has read the log.
struct backfill_progress
{
    log_id after;             ///< the last event that was read; initially the one that the client has seen last
    std::string topic{};      ///< the topic of that event; initially unknown
    std::uint64_t entered{0}; ///< topic_store::entry::newest
    bool has_begun = false;   ///< the backplane knew what the client has seen
    error_code failure{};
};

/// The start of a stream that has seen the event with this id; empty: none.
/// @param entered  topic_store::entry::newest: a publisher that sees the new stream may have published since then
start_point find_start(topic_store& store, const topic_filter& filter, std::string_view last_event_id,
                       std::uint64_t entered);

/// The start of a stream after its backfill. None if the store does not hold every event that follows.
std::optional<start_point> find_start_after(const topic_store& store, const topic_filter& filter,
                                            const backfill_progress& done);

/// The start of a stream whose backfill has failed: as channel_options::on_unknown_id says. A stream that has already
/// begun gets a gap.
start_point find_start_without(topic_store& store, const topic_filter& filter, const backfill_progress& failed);

/// See history::id_at().
log_id id_at(const topic_store& store, const topic_filter& filter, std::uint64_t seen);

} // namespace rill::pubsub::detail
