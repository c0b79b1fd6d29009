#pragma once

#include <cstdint>
#include <memory>
#include <rill/core/error.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <vector>

#include "pubsub/unsent_budget.hpp"

namespace rill::pubsub::detail {

/// A snapshot in its wire form. All streams with the same topics share it. Immutable.
struct taken_snapshot
{
    std::vector<encoded_event> events; ///< for handlers; only the last one has an id
    std::vector<encoded_event> pieces; ///< for streams of endpoints: the same bytes, in fewer pieces
    std::uint64_t sequence = 0;        ///< exactly the later events follow
    budget_share room{};               ///< its bytes
};

using snapshot_outcome = result<std::shared_ptr<const taken_snapshot>>;

} // namespace rill::pubsub::detail
