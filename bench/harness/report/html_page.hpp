#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/comparison/comparison.hpp"
#include "harness/report/gnuplot.hpp"

namespace bench {

/// Returns the comparison as one self-contained page, for light and dark mode, phones and desktops. The page is also
/// well-formed XML.
/// @param charts  the charts of all endpoints, or the reason why there are none, which the page then shows
std::string html_page(const comparison& all, const tl::expected<std::vector<drawn_chart>, std::string>& charts);

} // namespace bench
