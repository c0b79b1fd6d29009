#include "harness/report/report_charts.hpp"

#include <algorithm>

#include "harness/report/tables.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

/// The content of one chart. It is the same for each server.
struct subject
{
    std::string_view name;
    std::string_view title;
    std::string_view hint;
    std::string_view axis;
    std::vector<std::string_view> keys; ///< keys of the figures; if there are several, a row has several marks
};

const subject memory{"memory",
                     "Memory per stream",
                     "lower is better",
                     "bytes of the server process (PSS growth)",
                     {"pss_bytes_per_stream"}};
const subject throughput{
    "events", "Events per CPU-second", "higher is better", "the server's CPU, user and kernel", {"events_per_cpu_s"}};
const subject of_floor{"of-floor",
                       "Relative to the floor",
                       "higher is better",
                       "ratio of events per CPU-s in the same round",
                       {"of_floor"}};
const subject user_cpu{"user-cpu",
                       "User CPU per event",
                       "lower is better",
                       "microseconds, sampled by the kernel's clock",
                       {"user_us_per_event"}};
const subject lateness{
    "lateness", "Lateness", "lower is better", "milliseconds from due to received", {"p50_ms", "p99_ms", "p999_ms"}};
const subject late_curve{
    "lateness", "Lateness, 99 %", "lower is better", "milliseconds from due to received", {"p99_ms"}};

std::string value_text(const std::vector<median_range>& values)
{
    if (values.size() == 1) {
        return range_text(values.front());
    }
    std::string text;
    for (const auto& each : values) {
        text += (text.empty() ? "" : " \u00b7 ") + readable(each.median);
    }
    return text;
}

chart_row row_of(const server_summary& summary, std::size_t position, const subject& shown)
{
    chart_row row{.label = summary.server, .color = chart_color(summary.server, position), .text = {}};
    for (const auto& key : shown.keys) {
        if (const auto found = figure_of(summary, key)) {
            row.marks.push_back(*found);
        }
    }
    if (row.marks.empty()) {
        row.text = summary.failures.empty() ? "too few valid rounds" : summary.failures.front();
    } else {
        row.text = value_text(row.marks);
    }
    return row;
}

std::string chart_name(const compared_load& asked, const subject& shown)
{
    return asked.endpoint.substr(1) + "-" + std::string(shown.name);
}

chart_script rows(const comparison& all, const compared_load& asked, const subject& shown)
{
    row_chart chart{.heading = {std::string(shown.title) + ", " + grouped(asked.streams) + " streams",
                                std::string(shown.hint), std::string(shown.axis)},
                    .rows = {}};
    const auto summaries = summarize(all, asked);
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        if (summaries[i].takes_part) {
            chart.rows.push_back(row_of(summaries[i], i, shown));
        }
    }
    if (shown.keys.size() == 3) {
        chart.mark_names = {"median", "99 %", "99.9 %"};
    }
    if (shown.keys.front() == "of_floor") {
        chart.reference = 1;
    }
    return script_of(chart, chart_name(asked, shown));
}

chart_script curves(const comparison& all, const std::vector<compared_load>& loads, const subject& shown)
{
    curve_chart chart{.heading = {std::string(shown.title), std::string(shown.hint), std::string(shown.axis)},
                      .curves = {}};
    for (std::size_t i = 0; i < all.servers.size(); ++i) {
        chart.curves.push_back({all.servers[i].name, chart_color(all.servers[i].name, i), {}});
    }
    for (const auto& asked : loads) {
        const auto summaries = summarize(all, asked);
        for (std::size_t i = 0; i < summaries.size(); ++i) {
            if (const auto found = figure_of(summaries[i], shown.keys.front())) {
                chart.curves[i].points.push_back({static_cast<double>(asked.streams), *found});
            }
        }
    }
    return script_of(chart, chart_name(loads.front(), shown) + "-over-streams");
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

std::vector<chart_script> charts_of(const comparison& all, const std::string& endpoint)
{
    std::vector<compared_load> loads;
    std::copy_if(all.loads.begin(), all.loads.end(), std::back_inserter(loads),
                 [&](const auto& asked) { return asked.endpoint == endpoint; });
    std::sort(loads.begin(), loads.end(), [](const auto& a, const auto& b) { return a.streams < b.streams; });
    std::vector<chart_script> result;
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
