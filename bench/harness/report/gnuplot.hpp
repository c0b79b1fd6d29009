#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "harness/report/chart.hpp"

namespace bench {

/// A chart as an `<svg>` element. Its colors are the CSS variables of chart_style().
struct drawn_chart
{
    std::string name; ///< for example "ticks-memory"; also the name of the file, without .svg
    std::string svg;
};

/// Runs gnuplot on all scripts. Writes the script (charts.gp) and a file NAME.svg for each chart into `folder`, which
/// must exist. Returns an error message if gnuplot is missing or fails.
tl::expected<std::vector<drawn_chart>, std::string> draw(const std::vector<chart_script>& scripts,
                                                         const std::string& folder);

/// Returns CSS with the font and the variables of the colors for light and dark mode.
std::string chart_style();

/// Converts the output of gnuplot into an element for a page. Colors become variables, and ids become unique.
std::string as_element(std::string svg, const chart_script& script);

/// Converts such an element into a complete SVG file.
std::string as_svg_file(const std::string& element);

} // namespace bench
