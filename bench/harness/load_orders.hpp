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
        open,    ///< open the streams that are not open
        measure, ///< from `from` until `until`
    };
    kind what = kind::none;
    std::int64_t from = 0; ///< CLOCK_REALTIME in ns
    std::int64_t until = 0;
};

/// Written by the directing process.
struct load_control
{
    std::atomic<std::uint32_t> number = 0; ///< of the order; it is complete when this changes
    load_order order;
    std::atomic<bool> give_up = false;               ///< open no more streams: the order to open them is done
    std::atomic<std::int64_t> end_early = INT64_MAX; ///< ends a measurement before its time
    std::atomic<bool> stop = false;
};

/// Written by one load client.
struct load_client_block
{
    std::atomic<std::uint32_t> done = 0; ///< the number of the last order that was carried out
    load_counters counters;
    load_window window;    ///< of the last measurement; complete when the order is done
    histogram answer_time; ///< from connect() to the end of the head; complete as above
};

} // namespace bench
