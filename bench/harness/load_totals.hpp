#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "harness/load_orders.hpp"

namespace bench {

/// Sums of load_counters over all client processes, at one moment.
struct load_totals
{
    std::uint64_t opened = 0, answered = 0, live = 0, with_events = 0, events = 0, bytes = 0;
    std::uint64_t lost = 0, lost_ids = 0, missed_beats = 0, repeated = 0, out_of_order = 0, extra = 0, without_time = 0;
    std::uint64_t misdirected = 0;
    std::uint64_t left = 0, returned = 0, restarted = 0, away = 0, frozen = 0, evicted = 0;
    std::array<std::uint64_t, failure_count> failed{}, retried{};

    std::uint64_t all_failed() const;
    std::uint64_t all_retried() const;
};

/// HTTP statuses of failure::not_200, with how often each came.
using status_counts = std::map<int, std::uint64_t>;

load_totals sum_of(const load_client_block* clients, unsigned count);
status_counts statuses_of(const load_client_block* clients, unsigned count);

} // namespace bench
