#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/comparison/summary.hpp"

// The charts of a report, as scripts for gnuplot. This unit starts no program.
namespace bench {

/// The text above a chart.
struct chart_heading
{
    std::string title;
    std::string hint; ///< whether low or high values are better
    std::string axis; ///< meaning and unit of the values
};

/// One server in a chart of rows.
struct chart_row
{
    std::string label;
    unsigned color = 0;
    std::string text;                  ///< the values as text, or the reason for missing values
    std::vector<median_range> marks{}; ///< empty if the row has no values
};

/// A row for each server. The name and the values of the server are text above the marks. On a linear axis, a single
/// value is a bar that begins at 0. Otherwise the marks are points. A line shows the range from the lowest to the
/// highest round.
struct row_chart
{
    chart_heading heading;
    std::vector<chart_row> rows;
    std::vector<std::string> mark_names{}; ///< names for the key, if a row has several marks
    std::optional<double> reference{};     ///< if set, a line crosses all rows at this value
};

struct curve_point
{
    double x;
    median_range y;
};

/// One server in a chart of curves.
struct curve
{
    std::string label;
    unsigned color = 0;
    std::vector<curve_point> points; ///< in ascending order of x
};

/// A curve for each server over the number of streams.
struct curve_chart
{
    chart_heading heading;
    std::vector<curve> curves;
};

/// A script that draws one chart into the file NAME.svg.
struct chart_script
{
    std::string name;
    std::string title;
    std::string text;
    std::vector<std::string> tooltips{}; ///< tooltips of the elements of its plot command, in the same order
};

chart_script script_of(const row_chart& chart, const std::string& name);
chart_script script_of(const curve_chart& chart, const std::string& name);

/// Returns the color index of a server. It is the same in all charts, and also selects the shape of the points.
/// @param position  position of the server in the comparison; used for servers without a fixed color
unsigned chart_color(std::string_view server, std::size_t position);

} // namespace bench
