#pragma once

#include <string>
#include <vector>

#include "harness/comparison/comparison.hpp"
#include "harness/report/chart.hpp"

namespace bench {

/// The charts of one endpoint, named after it ("ticks-memory"): rows for the highest number of streams and, when there
/// are several numbers, curves over them.
std::vector<chart_script> charts_of(const comparison& all, const std::string& endpoint);

/// The endpoints of the loads, each once.
std::vector<std::string> endpoints_of(const comparison& all);

} // namespace bench
