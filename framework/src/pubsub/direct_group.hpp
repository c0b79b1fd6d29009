#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "pubsub/endpoint_state.hpp"
#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

/// The data that the direct streams of one worker share if they have the same endpoint and select the same single
/// topic. Any other direct stream has a group of its own. The last stream of a group deletes it.
struct direct_group final : subscriber_group, list_hook
{
    direct_group(std::shared_ptr<endpoint_state> e, filter_pointer& wanted) noexcept : endpoint(std::move(e))
    {
        filter = std::move(wanted);
    }
    direct_group(const direct_group&) = delete;
    direct_group& operator=(const direct_group&) = delete;

    const std::shared_ptr<endpoint_state> endpoint; ///< shared, because the route may be destroyed before its streams
    std::size_t streams = 0;
};

} // namespace rill::pubsub::detail
