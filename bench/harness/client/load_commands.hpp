#pragma once

#include <atomic>
#include <cstdint>

#include "harness/client/load_results.hpp"

// Commands of the controlling process to the load clients, in shared memory. All clients finish one command before the
// next command is sent.
namespace bench {

struct load_command
{
    enum class kind : std::uint8_t
    {
        none,
        open,      ///< open the streams; done when each stream has a response head or has failed
        measure,   ///< measure the events from `from` until `until`
        reconnect, ///< at `from`, close all streams and open them again; done when all are live, or at `until`
        stall,     ///< stop reading the stalled share of the streams
    };
    kind what = kind::none;
    bool by_reset = false; ///< close with RST instead of FIN
    /// While measuring: the share of the streams that disconnects and reconnects each second.
    double disconnects_per_second = 0;
    std::int64_t from = 0; ///< CLOCK_REALTIME in nanoseconds
    std::int64_t until = 0;
};

/// Written by the controlling process.
struct load_control
{
    std::atomic<std::uint32_t> number = 0; ///< of the command; the command is complete before this changes
    load_command command;
    std::atomic<bool> abort_opening = false;         ///< open no more streams and do not wait for any
    std::atomic<std::int64_t> end_early = INT64_MAX; ///< ends a measurement at this time
    std::atomic<bool> stop = false;
};

/// Written by one load client.
struct load_client_block
{
    std::atomic<std::uint32_t> done = 0; ///< number of the last finished command
    load_counters counters;
    load_window window; ///< of the last command; complete when the command is finished
};

} // namespace bench
