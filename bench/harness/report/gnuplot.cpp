#include "harness/report/gnuplot.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "harness/machine/child_program.hpp"
#include "harness/report/chart_style.hpp"
#include "harness/report/markup.hpp"
#include "harness/support/clock.hpp"
#include "harness/support/files.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr double gnuplot_timeout = 60; // seconds
constexpr int command_not_found = 127; // the exit code of env(1) if the program does not exist

/// Replaces a color in both notations of gnuplot's SVG terminal. Lines use "rgb(  0, 114, 178)", and text uses
/// "rgb(0,114,178)".
void replace_rgb(std::string& svg, std::string_view hex_color, const std::string& value)
{
    const auto rgb = std::strtoul(std::string(hex_color.substr(1)).c_str(), nullptr, 16);
    for (const char* format : {"rgb(%3lu, %3lu, %3lu)", "rgb(%lu,%lu,%lu)"}) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), format, rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
        replace_all(svg, text.data(), value);
    }
}

tl::expected<void, std::string> run_gnuplot(const std::string& folder)
{
    const auto log = folder + "/charts.log";
    std::string change_folder = folder;
    replace_all(change_folder, "'", "''");
    const auto program =
        child_program::start({{"/usr/bin/env", "gnuplot", "-e", "cd '" + change_folder + "'", "charts.gp"}, {}, log});
    if (!program) {
        return tl::unexpected(program.error());
    }
    const auto deadline = now_ns() + static_cast<std::int64_t>(gnuplot_timeout * 1e9);
    while (!(*program)->exit_code() && now_ns() < deadline) {
        sleep_ns(2'000'000);
    }
    (*program)->stop(0);
    const auto code = *(*program)->exit_code();
    const auto message = last_line(log);
    std::error_code ignored;
    std::filesystem::remove(log, ignored);
    if (code == command_not_found) {
        return tl::unexpected(std::string("gnuplot is not installed"));
    }
    return code == 0 ? tl::expected<void, std::string>()
                     : tl::unexpected("gnuplot ended with " + std::to_string(code) + ": " + message);
}

} // namespace

std::string chart_style()
{
    std::string light;
    std::string dark;
    for (const auto& each : chart_palette) {
        light.append(each.variable).append(": ").append(each.light).append("; ");
        dark.append(each.variable).append(": ").append(each.dark).append("; ");
    }
    return "\n:root { " + light + "}\n@media (prefers-color-scheme: dark) { :root { " + dark +
           "} }\n"
           // Keeps text readable at lines of the grid.
           ".chart text { paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }\n"
           // Selects the titles and the names of the servers.
           ".chart [font-size=\"16.00\"], .chart [font-size=\"13.00\"] { font-weight: 600; }\n"
           ".chart text, .chart tspan { font-family: system-ui, \"DejaVu Sans\", sans-serif; }\n";
}

std::string as_element(std::string svg, const chart_script& script)
{
    svg.erase(0, svg.find("<svg"));                 // removes the XML declaration
    replace_all(svg, "<title>Gnuplot</title>", ""); // this title would be the tooltip of the whole chart
    for (std::size_t i = 0; i < script.tooltips.size(); ++i) {
        replace_all(svg, "<title>gnuplot_plot_" + std::to_string(i + 1) + "</title>",
                    "<title>" + escaped(script.tooltips[i]) + "</title>");
    }
    svg.replace(0, 4, "<svg class=\"chart\" role=\"img\" aria-label=\"" + escaped(script.title) + "\"");
    for (const char* id : {"gpDot", "gpPt", "textbox", "greybox", "gnuplot_canvas", "gnuplot_plot"}) {
        replace_all(svg, id, script.name + "-" + id);
    }
    for (const auto& each : chart_palette) {
        const auto variable = "var(" + std::string(each.variable) + ")";
        replace_rgb(svg, each.light, variable);
        replace_all(svg, each.light, variable);
    }
    replace_all(svg, "=\"black\"", "=\"var(--ink)\"");
    replace_all(svg, "='black'", "='var(--ink)'");
    return svg;
}

std::string as_svg_file(const std::string& element)
{
    const auto begin = element.find('>') + 1;
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element.substr(0, begin) + "<style>" + chart_style() +
           "</style>" + element.substr(begin);
}

tl::expected<std::vector<drawn_chart>, std::string> draw(const std::vector<chart_script>& scripts,
                                                         const std::string& folder)
{
    std::string all;
    for (const auto& each : scripts) {
        all += each.text + "\n";
    }
    const auto ran = write_file(folder + "/charts.gp", all).and_then([&] { return run_gnuplot(folder); });
    if (!ran) {
        return tl::unexpected(ran.error());
    }
    std::vector<drawn_chart> charts;
    for (const auto& each : scripts) {
        const auto file = folder + "/" + each.name + ".svg";
        const auto svg = read_file(file);
        if (svg.find("<svg") == svg.npos) {
            return tl::unexpected("gnuplot wrote no " + each.name + ".svg");
        }
        charts.push_back({each.name, as_element(svg, each)});
        if (const auto written = write_file(file, as_svg_file(charts.back().svg)); !written) {
            return tl::unexpected(written.error());
        }
    }
    return charts;
}

} // namespace bench
