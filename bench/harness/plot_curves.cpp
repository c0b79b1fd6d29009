#include <algorithm>

#include "harness/plot_parts.hpp"
#include "harness/plot_scale.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

using namespace plot_parts;

constexpr double left = 54;
constexpr double right = width - 78; ///< the names of the curves are beyond
constexpr double top = heading_height + 4;
constexpr double bottom = 276;
constexpr double height = 318;

struct axes
{
    plot_scale x;
    std::vector<double> counts; ///< that were measured, ascending
    plot_scale y;
};

axes axes_of(const curve_plot& plot)
{
    std::vector<double> x;
    std::vector<double> y;
    for (const auto& each : plot.curves) {
        for (const auto& point : each.points) {
            x.push_back(point.x);
            y.insert(y.end(), {point.y.lowest, point.y.median, point.y.highest});
        }
    }
    std::sort(x.begin(), x.end());
    x.erase(std::unique(x.begin(), x.end()), x.end());
    // Numbers of streams are chosen by factors.
    const auto scale =
        x.empty() ? plot_scale::between(1, 1, left, right) : plot_scale::between(x.front(), x.back(), left, right);
    return {scale, std::move(x), plot_scale::fitting(y, bottom, top)};
}

void draw_axes(markup& out, const axes& axes)
{
    for (const double value : axes.y.ticks(6)) {
        const double y = axes.y.at(value);
        line(out, left, y, right, y, "grid");
        text(out, left - 6, y + 4, "tick right", readable_tick(value));
    }
    double last_label = 0;
    for (const double count : axes.counts) {
        const double x = axes.x.at(count);
        line(out, x, bottom, x, bottom + 4, "grid");
        if (x - last_label > 36) {
            text(out, x, bottom + 18, "tick middle", readable_tick(count));
            last_label = x;
        }
    }
    text(out, (left + right) / 2, bottom + 35, "axis middle", "streams");
}

void draw_curve(markup& out, const axes& axes, const curve& each)
{
    const auto number = std::to_string(each.colour);
    std::string corners;
    for (const auto& point : each.points) {
        corners +=
            (corners.empty() ? "" : " ") + coordinate(axes.x.at(point.x)) + "," + coordinate(axes.y.at(point.y.median));
    }
    out.empty("polyline", {{"points", corners}, {"class", "curve s" + number}});
    for (const auto& point : each.points) {
        const double x = axes.x.at(point.x);
        out.open("g").leaf("title", each.label + ", " + grouped(static_cast<std::uint64_t>(point.x)) +
                                        " streams: " + readable(point.y.median) + " (" + readable(point.y.lowest) +
                                        " to " + readable(point.y.highest) + ")");
        line(out, x, axes.y.at(point.y.lowest), x, axes.y.at(point.y.highest), "s" + number);
        mark(out, x, axes.y.at(point.y.median), each.colour, "f" + number);
        out.close();
    }
}

void draw_names(markup& out, const axes& axes, const std::vector<curve>& curves)
{
    std::vector<double> wanted;
    for (const auto& each : curves) {
        wanted.push_back(axes.y.at(each.points.back().y.median));
    }
    const auto places = spread_labels(wanted, 15, top, bottom);
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const double end = axes.x.at(curves[i].points.back().x);
        line(out, end + 6, wanted[i], right + 14, places[i], "leader s" + std::to_string(curves[i].colour));
        text(out, right + 18, places[i] + 4, "name", shortened(curves[i].label, 8));
    }
}

} // namespace

std::string draw(const curve_plot& plot)
{
    const auto axes = axes_of(plot);
    markup out;
    begin(out, plot.heading, height);
    draw_axes(out, axes);
    std::vector<curve> drawn;
    std::copy_if(plot.curves.begin(), plot.curves.end(), std::back_inserter(drawn),
                 [](const auto& each) { return !each.points.empty(); });
    for (const auto& each : drawn) {
        draw_curve(out, axes, each);
    }
    draw_names(out, axes, drawn);
    return out.take();
}

} // namespace bench
