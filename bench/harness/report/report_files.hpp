#pragma once

#include <string>
#include <tl/expected.hpp>

#include "harness/comparison/comparison.hpp"

namespace bench {

/// Writes compare.json, report.html, report.md, and the charts with their script (*.svg, charts.gp) into an existing
/// folder. If gnuplot cannot draw the charts, the page shows the reason and has only the tables. Returns an error
/// message if a file cannot be written.
tl::expected<void, std::string> write_report(const comparison& all, const std::string& folder);

} // namespace bench
