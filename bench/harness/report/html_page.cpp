#include "harness/report/html_page.hpp"

#include <algorithm>

#include "harness/report/markup.hpp"
#include "harness/report/report_charts.hpp"
#include "harness/report/tables.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr std::string_view page_style = R"(
body { margin: 0 auto; padding: 24px 12px 48px; max-width: 1080px; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7em; line-height: 1.2; margin: 0 0 0.3em; }
h2 { font-size: 1.3em; margin: 2em 0 0.3em; }
h3 { font-size: 1.05em; margin: 1.6em 0 0.5em; }
p { margin: 0.4em 0; max-width: 46em; }
.faint { color: var(--faint); }
.charts { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); margin-top: 12px; }
.charts svg { display: block; width: 100%; max-width: 560px; border: 1px solid var(--rule); border-radius: 6px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85em; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; white-space: nowrap; }
th { font-weight: 600; }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--ground); }
td:first-child small { max-width: 16em; white-space: normal; }
td small, th small { display: block; color: var(--faint); font-weight: 400; font-size: 0.85em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; font-size: 0.9em; margin: 0.8em 0; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
code { font-size: 0.92em; overflow-wrap: anywhere; }
summary { cursor: pointer; margin: 1em 0 0.5em; }
ul { padding-left: 1.2em; }
)";

std::string shown(const boost::json::value& value)
{
    if (value.is_string()) {
        return std::string(value.get_string());
    }
    if (value.is_array()) {
        std::string list;
        for (const auto& each : value.get_array()) {
            list += (list.empty() ? "" : ", ") + shown(each);
        }
        return list;
    }
    return boost::json::serialize(value);
}

void write_head(markup& out)
{
    out.open("head").empty("meta", {{"charset", "utf-8"}});
    out.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    out.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
    out.leaf("title", "SSE servers compared");
    out.open("style").raw(chart_style()).raw(page_style).close().close();
}

void write_definition(markup& out, std::string_view term, std::string_view text)
{
    out.leaf("dt", term).leaf("dd", text);
}

void write_conditions(markup& out, const comparison& all)
{
    out.leaf("h2", "Conditions").open("dl");
    write_definition(out, "date", all.date);
    out.leaf("dt", "command").open("dd").leaf("code", all.command).close();
    for (const auto& [name, value] : all.machine) {
        write_definition(out, name == "text" ? "machine" : std::string_view(name), shown(value));
    }
    for (const auto& server : all.servers) {
        write_definition(out, server.name,
                         server.title + (server.version.empty() ? "" : ", " + server.version) +
                             (server.note.empty() ? "" : ": " + server.note) +
                             (server.missing.empty() ? "" : " (" + server.missing + ")"));
    }
    out.close();
}

void write_method(markup& out, const comparison& all)
{
    out.leaf("p", "Each stream gets an event every " + grouped(all.period_ms) + " ms. The servers take turns in " +
                      std::to_string(all.rounds) + " rounds of " + compact(all.seconds) +
                      " s each. The server runs on one core and the client on another. Figures are medians. The "
                      "lowest and the highest round are in brackets, and the charts show them as lines. Each ratio to "
                      "the floor compares two runs of the same round, because the speed of a machine drifts.");
}

/// Returns the date and the machine in one line. write_conditions() writes the details.
std::string date_and_machine(const comparison& all)
{
    const auto* text = all.machine.if_contains("text");
    const auto machine = text == nullptr ? std::string() : shown(*text);
    return all.date.substr(0, 10) + " \u00b7 " + machine.substr(0, machine.find(';'));
}

void write_row(markup& out, const server_summary& summary, unsigned rounds)
{
    out.open("tr").open("td").text(summary.server).leaf("small", version_text(summary)).close();
    for (const auto& column : table_columns) {
        const auto found = figure_of(summary, column.key);
        out.open("td");
        if (found) {
            out.text(readable(found->median));
            out.leaf("small", readable(found->lowest) + " to " + readable(found->highest));
        } else {
            out.text("\u2013");
        }
        out.close();
    }
    out.leaf("td", rounds_text(summary, rounds)).close();
}

void write_table(markup& out, const comparison& all, const compared_load& asked)
{
    const auto summaries = summarize(all, asked);
    out.leaf("h3", to_text(asked)).open("div", {{"class", "scroll"}}).open("table").open("thead").open("tr");
    out.open("th").text("server").leaf("small", "version").close();
    for (const auto& column : table_columns) {
        out.open("th").text(column.title).leaf("small", column.hint).close();
    }
    out.leaf("th", "valid rounds").close().close().open("tbody");
    for (const auto& summary : summaries) {
        if (summary.takes_part) {
            write_row(out, summary, all.rounds);
        }
    }
    out.close().close().close();
    if (const auto lines = failure_lines(summaries); !lines.empty()) {
        out.open("ul");
        for (const auto& line : lines) {
            out.leaf("li", line);
        }
        out.close();
    }
}

void write_run(markup& out, const comparison_run& run)
{
    out.open("tr").leaf("td", run.server).leaf("td", to_text(run.asked)).leaf("td", std::to_string(run.round));
    for (const auto& figure : all_figures) {
        out.leaf("td", run.failure.empty() ? readable(run.measured.*figure.member) : "\u2013");
    }
    out.leaf("td", run.failure.empty() ? "" : run.failure).close();
}

void write_runs(markup& out, const comparison& all)
{
    out.open("details").leaf("summary", "All runs");
    out.open("div", {{"class", "scroll"}}).open("table").open("thead").open("tr");
    out.leaf("th", "server").leaf("th", "load").leaf("th", "round");
    for (const auto& figure : all_figures) {
        out.leaf("th", figure.key);
    }
    out.leaf("th", "failure").close().close().open("tbody");
    for (const auto& run : all.runs) {
        write_run(out, run);
    }
    out.close().close().close().close();
}

void write_charts(markup& out, const std::vector<drawn_chart>& charts, const std::string& endpoint)
{
    out.open("div", {{"class", "charts"}});
    for (const auto& chart : charts) {
        if (chart.name.starts_with(endpoint.substr(1) + "-")) {
            out.raw(chart.svg);
        }
    }
    out.close();
}

void write_endpoint(markup& out, const comparison& all, const std::string& endpoint,
                    const std::vector<drawn_chart>& charts)
{
    out.leaf("h2", endpoint == "/broadcast" ? "Broadcast: one event for all streams (/broadcast)"
                   : endpoint == "/ticks"   ? "A timer for each stream (/ticks)"
                                            : endpoint);
    write_charts(out, charts, endpoint);
    std::vector<compared_load> asked;
    std::copy_if(all.loads.begin(), all.loads.end(), std::back_inserter(asked),
                 [&](const auto& each) { return each.endpoint == endpoint; });
    std::sort(asked.begin(), asked.end(), [](const auto& a, const auto& b) { return a.streams > b.streams; });
    write_table(out, all, asked.front());
    if (asked.size() > 1) {
        out.open("details").leaf("summary", "With fewer streams");
        std::for_each(asked.begin() + 1, asked.end(), [&](const auto& each) { write_table(out, all, each); });
        out.close();
    }
}

} // namespace

std::string html_page(const comparison& all, const tl::expected<std::vector<drawn_chart>, std::string>& charts)
{
    markup out;
    out.raw("<!DOCTYPE html>\n").open("html", {{"lang", "en"}});
    write_head(out);
    out.open("body").leaf("h1", "SSE servers compared");
    out.leaf("p", date_and_machine(all), {{"class", "faint"}});
    write_method(out, all);
    if (!charts) {
        out.leaf("p", "This report has no charts: " + charts.error() + ". The tables have all figures.");
    }
    for (const auto& endpoint : endpoints_of(all)) {
        write_endpoint(out, all, endpoint, charts.value_or(std::vector<drawn_chart>()));
    }
    write_conditions(out, all);
    write_runs(out, all);
    return out.take() + "\n";
}

} // namespace bench
