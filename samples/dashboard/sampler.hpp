#pragma once

#include <chrono>
#include <rill/core/awaitable.hpp>
#include <rill/pubsub/channel.hpp>
#include <string>

namespace dashboard {

struct sampler_options
{
    std::chrono::milliseconds period{1000};
    std::string proc = "/proc"; ///< directory of the proc file system
    /// The name of this machine, if several machines publish to one log. Otherwise empty.
    std::string machine{};
};

/// Reads the load of the machine once per period and publishes it for all viewers, until the coroutine is cancelled.
/// Runs as a background coroutine of a server. The events are `cpu`, `memory`, `network` and `streams`. The key of each
/// event is its name, preceded by the name of the machine and a slash if there is one.
/// @param to  a channel with slow_policy::latest_per_key
rill::awaitable<> sample(rill::pubsub::channel to, sampler_options options = {});

} // namespace dashboard
