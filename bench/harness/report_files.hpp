#pragma once

#include <string>
#include <tl/expected.hpp>

#include "harness/compare_model.hpp"

namespace bench {

/// Writes compare.json, report.html, report.md and the plots (*.svg) into a folder that exists. Fails, in words, when a
/// file can't be written.
tl::expected<void, std::string> write_report(const comparison& all, const std::string& folder);

} // namespace bench
