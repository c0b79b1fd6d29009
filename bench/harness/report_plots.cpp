#include "harness/report_plots.hpp"

#include <algorithm>

#include "harness/plot.hpp"
#include "harness/plot_scale.hpp"
#include "harness/report_table.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

/// What a plot shows of each server.
struct subject
{
    std::string_view name;
    std::string_view title;
    std::string_view hint;
    std::string_view axis;
    std::vector<std::string_view> keys; ///< of the figures; several are several marks in a row
};

const subject memory{"memory",
                     "Memory per stream",
                     "lower is better",
                     "bytes of the server process (PSS growth)",
                     {"pss_bytes_per_stream"}};
const subject throughput{
    "events", "Events per CPU-second", "higher is better", "the server's CPU, user and kernel", {"events_per_cpu_s"}};
const subject of_floor{
    "of-floor", "Compared with the floor", "higher is better", "events per CPU-s, ratio within a round", {"of_floor"}};
const subject user_cpu{"user-cpu",
                       "User CPU per event",
                       "lower is better",
                       "microseconds, sampled by the kernel's clock",
                       {"user_us_per_event"}};
const subject lateness{
    "lateness", "Lateness", "lower is better", "milliseconds from due to received", {"p50_ms", "p99_ms", "p999_ms"}};
const subject late_curve{
    "lateness", "Lateness, 99 %", "lower is better", "milliseconds from due to received", {"p99_ms"}};

std::string value_text(const std::vector<spread>& values)
{
    if (values.size() == 1) {
        return spread_text(values.front());
    }
    std::string text;
    for (const auto& each : values) {
        text += (text.empty() ? "" : " \u00b7 ") + readable(each.median);
    }
    return text;
}

plot_row row_of(const server_summary& summary, std::size_t position, const subject& shown)
{
    plot_row row{.label = summary.server, .colour = plot_colour(summary.server, position), .text = {}};
    for (const auto& key : shown.keys) {
        if (const auto found = figure_of(summary, key)) {
            row.marks.push_back(*found);
        }
    }
    if (row.marks.empty()) {
        row.text = summary.failures.empty() ? "too few good rounds" : summary.failures.front();
    } else {
        row.text = value_text(row.marks);
    }
    return row;
}

named_plot rows(const comparison& all, const compared_load& asked, const subject& shown)
{
    row_plot plot{.heading = {std::string(shown.title) + ", " + grouped(asked.streams) + " streams",
                              std::string(shown.hint), std::string(shown.axis)},
                  .rows = {}};
    const auto summaries = summarise(all, asked);
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        if (summaries[i].takes_part) {
            plot.rows.push_back(row_of(summaries[i], i, shown));
        }
    }
    if (shown.keys.size() == 3) {
        plot.mark_names = {"median", "99 %", "99.9 %"};
    }
    if (shown.keys.front() == "of_floor") {
        plot.reference = 1;
    }
    return {std::string(shown.name), draw(plot)};
}

named_plot curves(const comparison& all, const std::vector<compared_load>& loads, const subject& shown)
{
    curve_plot plot{.heading = {std::string(shown.title), std::string(shown.hint), std::string(shown.axis)},
                    .curves = {}};
    for (std::size_t i = 0; i < all.servers.size(); ++i) {
        plot.curves.push_back({all.servers[i].name, plot_colour(all.servers[i].name, i), {}});
    }
    for (const auto& asked : loads) {
        const auto summaries = summarise(all, asked);
        for (std::size_t i = 0; i < summaries.size(); ++i) {
            if (const auto found = figure_of(summaries[i], shown.keys.front())) {
                plot.curves[i].points.push_back({static_cast<double>(asked.streams), *found});
            }
        }
    }
    return {std::string(shown.name) + "-over-streams", draw(plot)};
}

} // namespace

std::vector<std::string> endpoints_of(const comparison& all)
{
    std::vector<std::string> result;
    for (const auto& asked : all.loads) {
        if (std::find(result.begin(), result.end(), asked.endpoint) == result.end()) {
            result.push_back(asked.endpoint);
        }
    }
    return result;
}

std::vector<named_plot> plots_of(const comparison& all, const std::string& endpoint)
{
    std::vector<compared_load> loads;
    std::copy_if(all.loads.begin(), all.loads.end(), std::back_inserter(loads),
                 [&](const auto& asked) { return asked.endpoint == endpoint; });
    std::sort(loads.begin(), loads.end(), [](const auto& a, const auto& b) { return a.streams < b.streams; });
    std::vector<named_plot> result;
    if (loads.empty()) {
        return result;
    }
    for (const auto* shown : {&memory, &throughput, &of_floor, &user_cpu, &lateness}) {
        result.push_back(rows(all, loads.back(), *shown));
    }
    if (loads.size() > 1) {
        for (const auto* shown : {&memory, &of_floor, &late_curve}) {
            result.push_back(curves(all, loads, *shown));
        }
    }
    return result;
}

} // namespace bench
