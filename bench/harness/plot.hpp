#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/compare_summary.hpp"

namespace bench {

/// What all plots say of themselves.
struct plot_heading
{
    std::string title;
    std::string hint; ///< which direction is better
    std::string axis; ///< what the values are, with the unit
};

/// One server in a plot of rows.
struct plot_row
{
    std::string label;
    unsigned colour = 0;
    std::string text;            ///< the values in words, or why there are none
    std::vector<spread> marks{}; ///< empty: there is nothing to draw
};

/// A row for each server, its name and its values in words above what is drawn: a bar from 0 on a linear axis, points
/// on a logarithmic one, with lines from the lowest to the highest round.
struct row_plot
{
    plot_heading heading;
    std::vector<plot_row> rows;
    std::vector<std::string> mark_names{}; ///< for the key, when there are several marks in a row
    std::optional<double> reference{};     ///< where a line crosses all rows
};

struct curve_point
{
    double x;
    spread y;
};

/// One server in a plot of curves.
struct curve
{
    std::string label;
    unsigned colour = 0;
    std::vector<curve_point> points; ///< by ascending x
};

/// A curve for each server over the number of streams, named at its right end.
struct curve_plot
{
    plot_heading heading;
    std::vector<curve> curves;
};

/// An `<svg>` element of some 440 by 300, to be scaled at will. Its colours are those of plot_style().
std::string draw(const row_plot& plot);
std::string draw(const curve_plot& plot);

/// The colours of plots for light and dark surroundings, as CSS.
std::string_view plot_style();

/// A drawn plot as a file of its own.
std::string as_svg_file(std::string_view drawn);

/// The number of the colour that a server has in all plots; its shape goes with it.
/// @param position among the servers, for those that have no colour by name
unsigned plot_colour(std::string_view server, std::size_t position);

} // namespace bench
