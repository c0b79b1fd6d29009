#pragma once

#include <string>
#include <vector>

#include "harness/comparison/comparison.hpp"
#include "harness/report/chart.hpp"

namespace bench {

/// Returns the charts of one endpoint, named after it ("ticks-memory"). Charts with rows show the highest number of
/// streams. If there are several numbers of streams, there are also charts with curves over these numbers.
std::vector<chart_script> charts_of(const comparison& all, const std::string& endpoint);

/// Returns the endpoints of the loads, each once.
std::vector<std::string> endpoints_of(const comparison& all);

} // namespace bench
