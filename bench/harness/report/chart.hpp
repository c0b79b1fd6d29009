#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/comparison/summary.hpp"

// The charts of a report, written as scripts for gnuplot. No program is started here.
namespace bench {

/// The text above a chart.
struct chart_heading
{
    std::string title;
    std::string hint; ///< which direction is better
    std::string axis; ///< what the values are, with the unit
};

/// One server in a chart of rows.
struct chart_row
{
    std::string label;
    unsigned color = 0;
    std::string text;                  ///< the values as text, or the reason why there are none
    std::vector<median_range> marks{}; ///< empty: the row has no values
};

/// A row for each server. Its name and its values are text above the marks. One value on a linear axis is a bar from 0;
/// otherwise the marks are points. A line shows the range from the lowest to the highest round.
struct row_chart
{
    chart_heading heading;
    std::vector<chart_row> rows;
    std::vector<std::string> mark_names{}; ///< for the key, when a row has several marks
    std::optional<double> reference{};     ///< a line across all rows at this value
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
    std::vector<std::string> tooltips{}; ///< of the elements of its plot command, in their order
};

chart_script script_of(const row_chart& chart, const std::string& name);
chart_script script_of(const curve_chart& chart, const std::string& name);

/// The color index of a server, the same in all charts. The index also selects the shape of its points.
/// @param position of the server in the comparison, for servers that have no fixed color
unsigned chart_color(std::string_view server, std::size_t position);

} // namespace bench
