#include <algorithm>

#include "harness/plot_parts.hpp"
#include "harness/plot_scale.hpp"

namespace bench {

namespace {

using namespace plot_parts;

constexpr double row_height = 44;
constexpr double axis_height = 24;
constexpr double left_edge = margin;
constexpr double right_edge = width - margin;

std::vector<double> all_values(const row_plot& plot)
{
    std::vector<double> values;
    for (const auto& row : plot.rows) {
        for (const auto& each : row.marks) {
            values.insert(values.end(), {each.lowest, each.median, each.highest});
        }
    }
    if (plot.reference) {
        values.push_back(*plot.reference);
    }
    return values;
}

void draw_axis(markup& out, const plot_scale& scale, double top, double bottom)
{
    for (const double value : scale.ticks(6)) {
        const double x = scale.at(value);
        line(out, x, top, x, bottom, "grid");
        // The outermost labels stay inside the picture.
        const auto* kind = x < left_edge + 12 ? "tick" : x > right_edge - 12 ? "tick right" : "tick middle";
        text(out, x, bottom + 16, kind, readable_tick(value));
    }
}

void draw_range(markup& out, const plot_scale& scale, const spread& values, double y)
{
    const double from = scale.at(values.lowest);
    const double to = scale.at(values.highest);
    line(out, from, y, to, y, "range");
    line(out, from, y - 3, from, y + 3, "range");
    line(out, to, y - 3, to, y + 3, "range");
}

void draw_marks(markup& out, const plot_scale& scale, const plot_row& row, double y)
{
    const auto number = std::to_string(row.colour);
    if (row.marks.size() == 1 && !scale.is_logarithmic()) {
        const double end = scale.at(row.marks.front().median);
        out.empty("rect", {{"x", left_edge},
                           {"y", y - 6},
                           {"width", std::max(end - left_edge, 1.0)},
                           {"height", 12},
                           {"class", "f" + number}});
        draw_range(out, scale, row.marks.front(), y);
        return;
    }
    line(out, left_edge, y, right_edge, y, "guide");
    for (std::size_t i = 0; i < row.marks.size(); ++i) {
        // Several marks have shapes of their own and lie a little below each other; one has the shape of its server.
        const bool is_one = row.marks.size() == 1;
        const double own_y =
            is_one ? y : y + 5 * (static_cast<double>(i) - (static_cast<double>(row.marks.size()) - 1) / 2);
        draw_range(out, scale, row.marks[i], own_y);
        mark(out, scale.at(row.marks[i].median), own_y, is_one ? row.colour : static_cast<unsigned>(i), "f" + number);
    }
}

/// The shapes of several marks and their names, on a line of their own.
void draw_key(markup& out, const std::vector<std::string>& names, double y)
{
    double x = left_edge + 5;
    for (std::size_t i = 0; i < names.size(); ++i) {
        mark(out, x, y - 4, static_cast<unsigned>(i), "f0");
        text(out, x + 10, y, "tick", names[i]);
        x += 26 + 8 * static_cast<double>(names[i].size());
    }
}

} // namespace

std::string draw(const row_plot& plot)
{
    const double key_height = plot.mark_names.empty() ? 0 : 20;
    const double top = heading_height + key_height - 6;
    const double bottom = top + row_height * static_cast<double>(plot.rows.size()) + 4;
    const auto scale = plot_scale::fitting(all_values(plot), left_edge, right_edge);

    markup out;
    begin(out, plot.heading, bottom + axis_height);
    draw_key(out, plot.mark_names, heading_height + 4);
    draw_axis(out, scale, top, bottom);
    if (plot.reference) {
        line(out, scale.at(*plot.reference), top, scale.at(*plot.reference), bottom, "reference");
    }
    double y = top;
    for (const auto& row : plot.rows) {
        out.open("g").leaf("title", row.label + ": " + row.text);
        text(out, left_edge, y + 16, "name", row.label);
        text(out, right_edge, y + 16, "value", shortened(row.text, 46));
        if (!row.marks.empty()) {
            draw_marks(out, scale, row, y + 30);
        }
        out.close();
        y += row_height;
    }
    return out.take();
}

} // namespace bench
