#pragma once

#include <string>
#include <vector>

#include "harness/compare_model.hpp"

namespace bench {

/// A plot that a report shows, as an `<svg>` element.
struct named_plot
{
    std::string name; ///< "ticks-memory": for the name of a file
    std::string svg;
};

/// The plots of one endpoint: rows at the greatest number of streams and, when there are several numbers, curves over
/// them.
std::vector<named_plot> plots_of(const comparison& all, const std::string& endpoint);

/// The endpoints of the loads, each once.
std::vector<std::string> endpoints_of(const comparison& all);

} // namespace bench
