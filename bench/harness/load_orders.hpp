#pragma once

#include <atomic>
#include <cstdint>

#include "harness/load_results.hpp"

// How a process directs load clients, in memory that they share. One order at a time: the next one is given when all
// have done the last one.
namespace bench {

struct load_order
{
    enum class kind : std::uint8_t
    {
        none,
        open,    ///< open the streams; done when each has got an answer or has failed
        measure, ///< look at what comes from `from` until `until`
        cut,     ///< at `from`, close all streams and open them again; done when all are live, or at `until`
        freeze,  ///< stop reading the streams that the plan says
    };
    kind what = kind::none;
    bool by_reset = false; ///< close with RST instead of FIN
    double leave_per_second =
        0;                 ///< while measuring: so many streams of each client, as a share of them, leave and come back
    std::int64_t from = 0; ///< CLOCK_REALTIME in ns
    std::int64_t until = 0;
};

/// Written by the directing process.
struct load_control
{
    std::atomic<std::uint32_t> number = 0; ///< of the order; it is complete when this changes
    load_order order;
    std::atomic<bool> give_up = false;               ///< open no more streams, and do not wait for any
    std::atomic<std::int64_t> end_early = INT64_MAX; ///< ends a measurement before its time
    std::atomic<bool> stop = false;
};

/// Written by one load client.
struct load_client_block
{
    std::atomic<std::uint32_t> done = 0; ///< the number of the last order that was carried out
    load_counters counters;
    load_window window; ///< of the last order; complete when that is done
};

} // namespace bench
