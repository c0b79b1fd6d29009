#include "harness/report/chart.hpp"

#include <algorithm>

#include "harness/report/chart_axis.hpp"
#include "harness/report/chart_style.hpp"
#include "harness/report/gnuplot_text.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr double width = 440;
constexpr double margin = 20;
constexpr double heading_height = 62;
constexpr double row_height = 44;
constexpr double axis_height = 28;
constexpr double curve_height = 322;
constexpr std::size_t max_row_text = 46; // maximum number of characters beside the name of a server

// The filled circle, square, diamond and triangle of gnuplot. Servers differ in their shape in addition to their color.
constexpr std::array<int, 4> point_types{7, 5, 13, 9};
constexpr std::array<std::string_view, server_colors> color_owners{"floor", "rill",  "beast", "go",          "axum",
                                                                   "node",  "nchan", "hyper", "uwebsockets", ""};

std::string shortened(std::string_view text, std::size_t max_size)
{
    if (text.size() <= max_size) {
        return std::string(text);
    }
    std::size_t end = max_size - 1;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        --end; // do not cut within a character of UTF-8
    }
    return std::string(text.substr(0, end)) + "\u2026";
}

std::string server_color(unsigned color)
{
    return gnuplot_color(chart_palette[color % server_colors].light);
}

int point_type(std::size_t index)
{
    return point_types[index % point_types.size()];
}

std::string label(const std::string& text, const std::string& at, const std::string& style)
{
    return "set label " + gnuplot_string(text) + " at " + at + " " + style + "\n";
}

std::string on_screen(double x, double y, double height)
{
    return "screen " + gnuplot_number(x / width) + ", screen " + gnuplot_number(1 - y / height);
}

/// Sets up the terminal, the margins and the heading.
std::string begin(const chart_heading& heading, const std::string& name, double height, double left, double top,
                  double right, double bottom)
{
    const auto margin_at = [](const char* side, double share) {
        return std::string("set ") + side + "margin at screen " + gnuplot_number(share) + "\n";
    };
    return "reset\nset encoding utf8\nset term svg size " + gnuplot_number(width) + "," + gnuplot_number(height) +
           " dynamic noenhanced font 'DejaVu Sans,12' background" + gnuplot_color(ground_color) + "\nset output " +
           gnuplot_string(name + ".svg") + "\n" + margin_at("l", left / width) + margin_at("r", 1 - right / width) +
           margin_at("t", 1 - top / height) + margin_at("b", bottom / height) + "unset key\nset border 0\n" +
           label(heading.title, on_screen(margin - 4, 22, height),
                 "font 'DejaVu Sans,16' tc" + gnuplot_color(ink_color)) +
           label(heading.hint + " \u00b7 " + heading.axis, on_screen(margin - 4, 42, height),
                 "font ',12' tc" + gnuplot_color(faint_color));
}

std::string data_line(const median_range& values, const chart_axis& scale, double position)
{
    return gnuplot_number(scale.clamped(values.median)) + " " + gnuplot_number(scale.clamped(values.lowest)) + " " +
           gnuplot_number(scale.clamped(values.highest)) + " " + gnuplot_number(position) + "\n";
}

std::vector<double> values_of(const row_chart& chart)
{
    std::vector<double> values;
    for (const auto& row : chart.rows) {
        for (const auto& each : row.marks) {
            values.insert(values.end(), {each.lowest, each.median, each.highest});
        }
    }
    if (chart.reference) {
        values.push_back(*chart.reference);
    }
    return values;
}

/// Returns the key for rows with several marks. It is a separate line below the heading.
std::string mark_key(const std::vector<std::string>& names, double height)
{
    std::string script;
    double x = margin + 2;
    for (std::size_t i = 0; i < names.size(); ++i) {
        script += label(names[i], on_screen(x, heading_height + 2, height),
                        "offset 0.8,-0.15 font ',11' tc" + gnuplot_color(faint_color) + " point pt " +
                            std::to_string(point_type(i)) + " ps 0.7 lc" + server_color(0));
        x += 26 + 8 * static_cast<double>(names[i].size());
    }
    return script;
}

/// The elements of a `plot` command, and the tooltip of each element.
class elements
{
public:
    void add(const std::string& element, const std::string& tooltip)
    {
        plot_ += (plot_.empty() ? "" : ", \\\n  ") + element;
        tooltips_.push_back(tooltip);
    }

    chart_script complete(std::string script, const chart_heading& heading, const std::string& name) const
    {
        const auto plot = plot_.empty() ? "NaN notitle lc" + gnuplot_color(ink_color) : plot_;
        return {name, heading.title + ", " + heading.hint, script + "plot " + plot + "\nunset output\n", tooltips_};
    }

private:
    std::string plot_;
    std::vector<std::string> tooltips_;
};

void add_row(elements& to, const chart_row& row, const std::string& data, bool is_bar)
{
    const auto color = " lc" + server_color(row.color) + " notitle";
    const auto tooltip = row.label + ": " + row.text;
    if (is_bar) {
        to.add(data + " using (0):4:(0):1:($4-0.14):($4+0.14) with boxxy fs solid 1 noborder" + color, tooltip);
    }
    to.add(data + " using 1:4:2:3 with xerrorbars pt 0 lw 1.5 lc" + gnuplot_color(ink_color) + " notitle", tooltip);
    for (std::size_t i = 0; !is_bar && i < row.marks.size(); ++i) {
        const auto shape = row.marks.size() == 1 ? row.color : i;
        to.add(data + " every ::" + std::to_string(i) + "::" + std::to_string(i) + " using 1:4 with points pt " +
                   std::to_string(point_type(shape)) + " ps 0.9" + color,
               tooltip);
    }
}

void add_curve(elements& to, const curve& each, const std::string& data)
{
    const auto color = " lc" + server_color(each.color);
    std::string tooltip = each.label;
    for (const auto& point : each.points) {
        tooltip += (&point == &each.points.front() ? ": " : ", ") + readable(point.y.median) + " with " +
                   grouped(static_cast<std::uint64_t>(point.x)) + " streams";
    }
    to.add(data + " using 4:1:2:3 with yerrorbars pt 0" + color + " notitle", tooltip);
    to.add(data + " using 4:1 with linespoints lw 2 pt " + std::to_string(point_type(each.color)) + " ps 0.9" + color +
               " title " + gnuplot_string(shortened(each.label, 9)),
           tooltip);
}

} // namespace

unsigned chart_color(std::string_view server, std::size_t position)
{
    for (unsigned i = 0; i < server_colors; ++i) {
        if (color_owners[i] == server) {
            return i;
        }
    }
    return static_cast<unsigned>((position + server_colors - 1) % server_colors);
}

chart_script script_of(const row_chart& chart, const std::string& name)
{
    const double top = heading_height + (chart.mark_names.empty() ? 0 : 20) - 6;
    const auto count = static_cast<double>(std::max<std::size_t>(chart.rows.size(), 1));
    const double height = top + row_height * count + axis_height + 4;
    const chart_axis scale(values_of(chart));
    std::string script = begin(chart.heading, name, height, margin, top, margin, axis_height) + scale.script("x") +
                         "set yrange [" + gnuplot_number(count) + ":0]\nunset ytics\n" +
                         mark_key(chart.mark_names, height);
    if (chart.reference) {
        const auto at = gnuplot_number(*chart.reference);
        script += "set arrow from " + at + ", graph 0 to " + at + ", graph 1 nohead dt 3 lc" +
                  gnuplot_color(ink_color) + "\n";
    }
    elements plotted;
    for (std::size_t i = 0; i < chart.rows.size(); ++i) {
        const auto& row = chart.rows[i];
        const auto text_at = ", first " + gnuplot_number(static_cast<double>(i) + 0.3);
        script += label(row.label, "graph 0" + text_at, "front font 'DejaVu Sans,13' tc" + gnuplot_color(ink_color));
        script += label(shortened(row.text, max_row_text), "graph 1" + text_at,
                        "right front tc" + gnuplot_color(faint_color));
        if (row.marks.empty()) {
            continue;
        }
        const auto data = "$row" + std::to_string(i);
        script += data + " << EOD\n";
        for (std::size_t mark = 0; mark < row.marks.size(); ++mark) {
            // Several marks are drawn slightly below each other.
            const auto offset = static_cast<double>(mark) - (static_cast<double>(row.marks.size()) - 1) / 2;
            script += data_line(row.marks[mark], scale, static_cast<double>(i) + 0.7 + 0.12 * offset);
        }
        script += "EOD\n";
        add_row(plotted, row, data, row.marks.size() == 1 && !scale.is_logarithmic());
    }
    return plotted.complete(std::move(script), chart.heading, name);
}

chart_script script_of(const curve_chart& chart, const std::string& name)
{
    std::vector<double> x;
    std::vector<double> y;
    std::vector<const curve*> drawn;
    for (const auto& each : chart.curves) {
        if (!each.points.empty()) {
            drawn.push_back(&each);
        }
        for (const auto& point : each.points) {
            x.push_back(point.x);
            y.insert(y.end(), {point.y.lowest, point.y.median, point.y.highest});
        }
    }
    std::sort(x.begin(), x.end());
    x.erase(std::unique(x.begin(), x.end()), x.end());
    // The servers in the key have the order of the right ends of the curves.
    std::stable_sort(drawn.begin(), drawn.end(), [](const curve* a, const curve* b) {
        return a->points.back().y.median > b->points.back().y.median;
    });
    const chart_axis scale(y);
    std::string ticks;
    for (const double count : x) {
        ticks += (ticks.empty() ? "" : ", ") + gnuplot_string(compact(count)) + " " + gnuplot_number(count);
    }
    const double first = x.empty() ? 1 : x.front();
    const double last = x.empty() ? 1 : x.back();
    std::string script =
        begin(chart.heading, name, curve_height, 54, heading_height + 4, 98, 46) + scale.script("y") +
        "set logscale x\nset xrange [" + gnuplot_number(first / 1.1) + ":" + gnuplot_number(last * 1.1) +
        "]\nset xtics (" + ticks + ") nomirror scale 0.5 font ',11' tc" + gnuplot_color(faint_color) +
        "\nset xlabel 'streams' offset 0,0.5 font ',11' tc" + gnuplot_color(faint_color) +
        "\nset key outside right top vertical Left reverse samplen 0.6 tc" + gnuplot_color(ink_color) + "\n";
    elements plotted;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const auto data = "$curve" + std::to_string(i);
        script += data + " << EOD\n";
        for (const auto& point : drawn[i]->points) {
            script += data_line(point.y, scale, point.x);
        }
        script += "EOD\n";
        add_curve(plotted, *drawn[i], data);
    }
    return plotted.complete(std::move(script), chart.heading, name);
}

} // namespace bench
