#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "harness/client/load_commands.hpp"

namespace bench {

/// Sums of load_counters over all client processes, read at one time.
struct load_totals
{
    std::uint64_t opened = 0, answered = 0, live = 0, with_events = 0, events = 0, bytes = 0;
    std::uint64_t lost = 0, lost_ids = 0, missed_ticks = 0, repeated = 0, out_of_order = 0, extra = 0, without_time = 0;
    std::uint64_t misdirected = 0;
    std::uint64_t disconnected = 0, reconnected = 0, restarted_ids = 0, missed_while_disconnected = 0;
    std::uint64_t closed = 0, stalled = 0, evicted = 0;
    std::array<std::uint64_t, failure_count> failed{}, retried{};

    std::uint64_t all_failed() const;
    std::uint64_t all_retried() const;

    /// Returns the same totals, but without the failed streams and the errors in events that `before` already contains.
    load_totals errors_since(const load_totals& before) const;
};

/// The number of responses for each HTTP status of failure::not_200.
using status_counts = std::map<int, std::uint64_t>;

load_totals sum_of(const load_client_block* clients, unsigned count);
status_counts statuses_of(const load_client_block* clients, unsigned count);

} // namespace bench
