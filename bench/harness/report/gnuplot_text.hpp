#pragma once

#include <string>
#include <string_view>

// Parts of a gnuplot script:
namespace bench {

/// A number with at most six decimals.
std::string gnuplot_number(double value);

/// A string literal. Newlines become spaces.
std::string gnuplot_string(std::string text);

/// A color, "#rrggbb", with a space before it.
std::string gnuplot_color(std::string_view color);

} // namespace bench
