#pragma once

#include <chrono>
#include <rill/pubsub/channel.hpp>
#include <stop_token>
#include <string>
#include <thread>

#include "dashboard/figures.hpp"

namespace dashboard {

struct sampler_options
{
    std::chrono::milliseconds period{1000};
    std::string proc = "/proc"; ///< where the kernel tells about the machine
};

/// Reads the machine once a period and publishes its figures, for all viewers together, from a thread of its own and
/// for as long as the object lives. The events are `cpu`, `memory`, `network` and `streams`, which are their keys, too.
class sampler
{
public:
    /// @param to with slow_policy::latest_per_key
    explicit sampler(rill::pubsub::channel to, sampler_options options = {});

private:
    void run(const std::stop_token& stop);
    void publish();

    rill::pubsub::channel to_;
    sampler_options options_;
    figures figures_;
    std::jthread thread_; // last: it uses the others
};

} // namespace dashboard
