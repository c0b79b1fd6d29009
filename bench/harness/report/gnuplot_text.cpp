#include "harness/report/gnuplot_text.hpp"

#include <algorithm>

#include "harness/support/text.hpp"

namespace bench {

std::string gnuplot_number(double value)
{
    return fixed(value, 6);
}

std::string gnuplot_string(std::string text)
{
    std::replace(text.begin(), text.end(), '\n', ' ');
    replace_all(text, "'", "''"); // the only special character between single quotes
    return "'" + text + "'";
}

std::string gnuplot_color(std::string_view color)
{
    return " rgb '" + std::string(color) + "'";
}

} // namespace bench
