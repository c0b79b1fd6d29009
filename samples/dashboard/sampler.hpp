#pragma once

#include <chrono>
#include <rill/core/awaitable.hpp>
#include <rill/pubsub/channel.hpp>
#include <string>

namespace dashboard {

struct sampler_options
{
    std::chrono::milliseconds period{1000};
    std::string proc = "/proc"; ///< where the kernel tells about the machine
};

/// Reads the machine once a period and publishes its figures, for all viewers together: for the background of a server,
/// until it is cancelled. The events are `cpu`, `memory`, `network` and `streams`, which are their keys, too.
/// @param to with slow_policy::latest_per_key
rill::awaitable<> sample(rill::pubsub::channel to, sampler_options options = {});

} // namespace dashboard
