#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "harness/report/chart.hpp"

namespace bench {

/// A chart as an `<svg>` element whose colors are the CSS variables of chart_style().
struct drawn_chart
{
    std::string name; ///< "ticks-memory": also the name of its file, without .svg
    std::string svg;
};

/// Runs gnuplot on all scripts. Leaves the script (charts.gp) and a file NAME.svg for each chart in `folder`, which
/// must exist. Fails, with a message, when gnuplot is missing or fails.
tl::expected<std::vector<drawn_chart>, std::string> draw(const std::vector<chart_script>& scripts,
                                                         const std::string& folder);

/// The variables of the colors for light and dark surroundings, and the font, as CSS.
std::string chart_style();

/// Turns the output of gnuplot into an element for a page: colors become variables, and ids become unique.
std::string as_element(std::string svg, const chart_script& script);

/// Turns such an element into a complete SVG file.
std::string as_svg_file(const std::string& element);

} // namespace bench
