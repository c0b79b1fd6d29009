#pragma once

#include <string>
#include <tl/expected.hpp>

#include "harness/comparison/comparison.hpp"

namespace bench {

/// Writes compare.json, report.html, report.md, and the charts with their script (*.svg, charts.gp) into a folder that
/// exists. When gnuplot cannot draw the charts, the page says why and has the tables only.
/// Fails, with a message, when a file cannot be written.
tl::expected<void, std::string> write_report(const comparison& all, const std::string& folder);

} // namespace bench
