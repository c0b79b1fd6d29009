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
        open,      ///< open the streams; finished when each stream has a response head or has failed
        measure,   ///< measure the events from `from` until `until`
        reconnect, ///< at `from`, close all streams and open them again; finished when all are live, or at `until`
        stall,     ///< stop reading from the stalled share of the streams
        close,     ///< close `closed_share` of the live streams for good
    };
    kind what = kind::none;
    bool by_reset = false; ///< close with RST instead of FIN
    /// During a measurement: the share of the streams that disconnects and reconnects each second.
    double disconnects_per_second = 0;
    double closed_share = 0;
    std::int64_t from = 0; ///< CLOCK_REALTIME in nanoseconds
    std::int64_t until = 0;
};

/// Only the controlling process writes this.
struct load_control
{
    std::atomic<std::uint32_t> number = 0; ///< number of the command; the command is complete before this changes
    load_command command;
    std::atomic<bool> abort_opening = false;         ///< open no more streams and do not wait for open attempts
    std::atomic<bool> stop_opening = false;          ///< open no more streams, but wait for open attempts
    std::atomic<std::int64_t> end_early = INT64_MAX; ///< end a measurement at this time
    std::atomic<bool> stop = false;
};

/// Only one load client writes this.
struct load_client_block
{
    std::atomic<std::uint32_t> done = 0; ///< number of the last finished command
    load_counters counters;
    load_window window; ///< results of the last command; complete when the command is finished
};

} // namespace bench
