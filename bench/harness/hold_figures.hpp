#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "harness/figures.hpp"

namespace bench {

/// What holding streams came to.
struct hold_figures
{
    load_plan plan;
    load_measurement ramp;
    load_measurement measured;
    load_totals totals; ///< at the end
    status_counts statuses;
    bool has_server = false;
    memory_sample before, after;
    memory_use client; ///< at the end

    std::string faults() const { return faults_of(totals, statuses); }
    boost::json::object json() const;
    /// For people, several lines.
    std::string text() const;
};

} // namespace bench
