#include "harness/client/load_totals.hpp"

#include <algorithm>
#include <numeric>

namespace bench {

std::uint64_t load_totals::all_failed() const
{
    return std::accumulate(failed.begin(), failed.end(), std::uint64_t(0));
}

std::uint64_t load_totals::all_retried() const
{
    return std::accumulate(retried.begin(), retried.end(), std::uint64_t(0));
}

// A late event makes the number of lost events smaller.
load_totals load_totals::errors_since(const load_totals& before) const
{
    auto result = *this;
    for (const auto member : {&load_totals::lost, &load_totals::lost_ids, &load_totals::missed_ticks,
                              &load_totals::repeated, &load_totals::out_of_order, &load_totals::misdirected})
    {
        result.*member -= std::min(result.*member, before.*member);
    }
    for (std::size_t i = 0; i < failure_count; ++i) {
        result.failed[i] -= before.failed[i];
    }
    return result;
}

load_totals sum_of(const load_client_block* clients, unsigned count)
{
    struct pair
    {
        counter load_counters::*from;
        std::uint64_t load_totals::*to;
    };
    static constexpr std::array pairs{
        pair{&load_counters::opened, &load_totals::opened},
        pair{&load_counters::answered, &load_totals::answered},
        pair{&load_counters::live, &load_totals::live},
        pair{&load_counters::with_events, &load_totals::with_events},
        pair{&load_counters::events, &load_totals::events},
        pair{&load_counters::bytes, &load_totals::bytes},
        pair{&load_counters::lost, &load_totals::lost},
        pair{&load_counters::lost_ids, &load_totals::lost_ids},
        pair{&load_counters::missed_ticks, &load_totals::missed_ticks},
        pair{&load_counters::repeated, &load_totals::repeated},
        pair{&load_counters::out_of_order, &load_totals::out_of_order},
        pair{&load_counters::misdirected, &load_totals::misdirected},
        pair{&load_counters::extra, &load_totals::extra},
        pair{&load_counters::without_time, &load_totals::without_time},
        pair{&load_counters::disconnected, &load_totals::disconnected},
        pair{&load_counters::reconnected, &load_totals::reconnected},
        pair{&load_counters::restarted_ids, &load_totals::restarted_ids},
        pair{&load_counters::missed_while_disconnected, &load_totals::missed_while_disconnected},
        pair{&load_counters::closed, &load_totals::closed},
        pair{&load_counters::stalled, &load_totals::stalled},
        pair{&load_counters::evicted, &load_totals::evicted},
    };
    load_totals sum;
    for (unsigned i = 0; i < count; ++i) {
        const auto& one = clients[i].counters;
        for (const auto& [from, to] : pairs) {
            sum.*to += (one.*from).get();
        }
        for (std::size_t k = 0; k < failure_count; ++k) {
            sum.failed[k] += one.failed[k].get();
            sum.retried[k] += one.retried[k].get();
        }
    }
    return sum;
}

status_counts statuses_of(const load_client_block* clients, unsigned count)
{
    status_counts sum;
    for (unsigned i = 0; i < count; ++i) {
        const auto& one = clients[i].counters.statuses;
        for (std::size_t status = 0; status < one.size(); ++status) {
            if (const auto times = one[status].get(); times > 0) {
                sum[static_cast<int>(status)] += times;
            }
        }
    }
    return sum;
}

} // namespace bench
