#pragma once

#include <string>

#include "harness/markup.hpp"
#include "harness/plot.hpp"

// What the kinds of plots share.
namespace bench::plot_parts {

inline constexpr double width = 440;
inline constexpr double margin = 14;
inline constexpr double heading_height = 62;

/// Opens the element, and draws the ground, the title and the hint.
void begin(markup& out, const plot_heading& heading, double height);

void text(markup& out, double x, double y, std::string_view kind, std::string_view words);
void line(markup& out, double x1, double y1, double x2, double y2, std::string_view kind);

/// A point with the shape of its number: colours alone are not for everyone.
void mark(markup& out, double x, double y, unsigned shape, std::string_view kind);

/// `words`, cut to what fits beside a row's name.
std::string shortened(std::string_view words, std::size_t most);

} // namespace bench::plot_parts
