#include "harness/report/chart_axis.hpp"

#include <algorithm>
#include <cmath>

#include "harness/report/chart_style.hpp"
#include "harness/report/gnuplot_text.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr double max_linear_factor = 30;

/// Returns the smallest number of the form 1, 2 or 5 times a power of ten that is at least `value`.
double round_step(double value)
{
    const double decade = std::pow(10, std::floor(std::log10(value) + 1e-9));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (step * decade >= value * (1 - 1e-9)) {
            return step * decade;
        }
    }
    return 10 * decade;
}

} // namespace

chart_axis::chart_axis(const std::vector<double>& values)
{
    double least = 0;
    for (const double value : values) {
        if (value > 0) {
            least = least > 0 ? std::min(least, value) : value;
            high_ = std::max(high_, value);
        }
    }
    if (high_ > max_linear_factor * least) {
        is_logarithmic_ = true;
        low_ = std::pow(10, std::floor(std::log10(least)));
        high_ = std::pow(10, std::ceil(std::log10(high_)));
    } else {
        step_ = high_ > 0 ? round_step(high_ / 5) : 0.2;
        high_ = high_ > 0 ? std::ceil(high_ / step_ - 1e-9) * step_ : 1;
    }
}

double chart_axis::clamped(double value) const
{
    return std::max(value, low_);
}

std::string chart_axis::script(const std::string& name) const
{
    std::string ticks;
    for (double at = low_; at <= high_ * (1 + 1e-9); at = is_logarithmic_ ? at * 10 : at + step_) {
        ticks += (ticks.empty() ? "" : ", ") + gnuplot_string(compact(at)) + " " + gnuplot_number(at);
    }
    return (is_logarithmic_ ? "set logscale " : "unset logscale ") + name + "\nset " + name + "range [" +
           gnuplot_number(low_) + ":" + gnuplot_number(high_) + "]\nset " + name + "tics (" + ticks +
           ") nomirror scale 0 font ',11' tc" + gnuplot_color(faint_color) + "\nset grid " + name +
           "tics lt 1 lw 1 lc" + gnuplot_color(rule_color) + "\n";
}

} // namespace bench
