#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>

#include "harness/figures.hpp"
#include "harness/load_session.hpp"
#include "harness/scenario.hpp"

// Two measurements on the same streams, first undisturbed, then with a disturbance: what churn and slow are made of.
namespace bench {

struct contrast
{
    load_measurement without, with;
    load_totals before, after; ///< of the disturbed measurement
    status_counts statuses;
    memory_sample memory_empty, memory_without, memory_with;

    /// Top-level figures are those with the disturbance; `without` holds the others.
    boost::json::object json(const scenario& settings) const;
    std::string text(const scenario& settings) const;
};

/// Opens the streams, measures, calls `disturbed` to measure again, and waits until those who are on their way are
/// back.
tl::expected<std::unique_ptr<contrast>, std::string>
measure_contrast(const scenario& settings, std::chrono::nanoseconds duration,
                 const std::function<load_result(load_session&)>& disturbed);

} // namespace bench
