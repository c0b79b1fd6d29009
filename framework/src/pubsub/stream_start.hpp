#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

// Find the position at which a stream begins. All of these functions are thread-safe.

/// The progress of a backfill in the log.
struct backfill_progress
{
    log_id after;             ///< the id of the last event that was read; initially the last event id of the client
    std::string topic{};      ///< the topic of that event; initially unknown
    std::uint64_t entered{0}; ///< topic_store::entry::newest
    bool has_begun = false;   ///< the backplane has found the last event id of the client
    error_code failure{};
    bool joins = false; ///< see find_start()
};

/// The start of a stream with this last event id. An empty id means that there is none.
/// @param entered  topic_store::entry::newest. A publisher that knows of the new stream may have published since then.
/// @param joins  whether the stream gets a snapshot, if there is one and the stream cannot resume
start_point find_start(topic_store& store, const topic_filter& filter, std::string_view last_event_id,
                       std::uint64_t entered, bool joins = false);

/// The start of a stream that has received everything up to that sequence number. None if the store does not hold all
/// events that follow.
std::optional<start_point> find_start_at(const topic_store& store, const topic_filter& filter, std::uint64_t sequence);

/// The start of a stream after its backfill. None if the store does not hold all events that follow.
std::optional<start_point> find_start_after(const topic_store& store, const topic_filter& filter,
                                            const backfill_progress& done);

/// The start of a stream whose backfill has failed. It follows channel_options::on_unknown_id. If the backfill has
/// already delivered a page, the stream gets a gap notice.
start_point find_start_without(topic_store& store, const topic_filter& filter, const backfill_progress& failed);

/// See history::id_at().
log_id id_at(const topic_store& store, const topic_filter& filter, std::uint64_t seen);

} // namespace rill::pubsub::detail
