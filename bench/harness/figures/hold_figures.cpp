#include "harness/figures/hold_figures.hpp"

#include <algorithm>

#include "harness/support/text.hpp"

namespace bench {

boost::json::object hold_figures::json() const
{
    boost::json::object result;
    add_totals(result, plan, totals, statuses);
    result["ramp_s"] = ramp.seconds;
    result["ramp_per_s"] = ratio(static_cast<double>(totals.answered), ramp.seconds);
    add_quantiles(result, "answer_", ramp.window.answer);
    add_measurement(result, measured, has_server);
    add_memory(result, before, after, totals.live, has_server);
    result["client_pss_bytes_per_stream"] = ratio(static_cast<double>(client.pss), static_cast<double>(totals.live));
    return result;
}

std::string hold_figures::text() const
{
    const auto rate = static_cast<double>(totals.answered) / std::max(ramp.seconds, 1e-3);
    return "streams   " + grouped(totals.live) + " live of " + grouped(plan.streams) + ", " +
           grouped(totals.all_failed()) + " failed; events lost " + grouped(totals.lost) + ", repeated " +
           grouped(totals.repeated) + ", out of order " + grouped(totals.out_of_order) + "\n" + //
           "ramp      " + fixed(ramp.seconds, 2) + " s, " + grouped(static_cast<std::uint64_t>(rate)) +
           " streams per second, answered after " + quantiles_text(ramp.window.answer) + "\n" +
           measurement_text(measured, plan, has_server) + memory_text(before, after, totals.live, has_server);
}

} // namespace bench
