#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "harness/figures/figures.hpp"

namespace bench {

/// The result of the scenario hold.
struct hold_figures
{
    load_plan plan;
    load_measurement ramp;
    load_measurement measured;
    load_totals totals; ///< at the end of the measurement
    status_counts statuses;
    bool has_server = false;
    memory_sample before, after;
    memory_use client; ///< at the end of the measurement

    std::string faults() const { return faults_of(totals, statuses); }
    boost::json::object json() const;
    /// Returns several lines of text.
    std::string text() const;
};

} // namespace bench
