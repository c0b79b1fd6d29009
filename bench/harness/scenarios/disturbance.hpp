#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "harness/client/load_session.hpp"
#include "harness/figures/figures.hpp"
#include "harness/scenarios/scenario.hpp"

namespace bench {

/// Two measurements of the same streams: a baseline without a disturbance, and one with it. Used by churn and slow.
struct disturbance_result
{
    load_measurement baseline, disturbed;
    load_totals before, after; ///< before and after the disturbed measurement
    status_counts statuses;
    memory_sample memory_empty, memory_baseline, memory_disturbed;

    /// The top-level figures are those of the disturbed measurement. The member `baseline` contains the figures of the
    /// baseline.
    boost::json::object json(const scenario& settings) const;
    std::string text(const scenario& settings) const;
};

/// Opens the streams and measures the baseline. Calls `disturbed` for the second measurement. Waits until all
/// disconnected streams have reconnected or failed.
tl::expected<std::unique_ptr<disturbance_result>, std::string>
measure_disturbance(const scenario& settings, std::chrono::nanoseconds duration,
                    const std::function<load_result(load_session&)>& disturbed);

} // namespace bench
