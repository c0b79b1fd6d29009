#pragma once

#include <rill/pubsub/snapshot.hpp>

#include "pubsub/taken_snapshot.hpp"
#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

/// Encodes the result of channel_options::snapshot, and finds its position in the store.
/// @param before  the position if the application has not set one
/// @param kind  selects the options, see topic_kinds
/// @return error::unknown_event_id if the store does not know the position; errc::not_enough_memory if
/// channel_options::max_unsent_bytes does not allow its bytes; the first error of snapshot::add()
snapshot_outcome make_snapshot(topic_store& store, snapshot taken, history::log_end_position before,
                               std::uint32_t kind);

} // namespace rill::pubsub::detail
