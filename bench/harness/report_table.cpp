#include "harness/report_table.hpp"

#include "harness/plot_scale.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

/// Text in a cell of a Markdown table.
std::string cell(std::string_view text)
{
    std::string result = " ";
    for (const char c : text) {
        if (c == '|') {
            result += '\\';
        }
        result += c == '\n' ? ' ' : c;
    }
    return result + " |";
}

std::string header()
{
    std::string names = "|" + cell("server");
    std::string rule = "|---|";
    for (const auto& column : table_columns) {
        names += cell(column.title);
        rule += "---:|";
    }
    return names + cell("good rounds") + "\n" + rule + "---:|\n";
}

std::string row(const server_summary& summary, unsigned rounds)
{
    std::string line = "|" + cell(summary.server);
    for (const auto& column : table_columns) {
        const auto found = figure_of(summary, column.key);
        line += cell(found ? spread_text(*found) : "-");
    }
    return line + cell(rounds_text(summary, rounds)) + "\n";
}

} // namespace

std::optional<spread> figure_of(const server_summary& summary, std::string_view key)
{
    if (key == "of_floor") {
        return summary.of_floor;
    }
    const auto found = summary.figures.find(key);
    return found == summary.figures.end() ? std::nullopt : std::optional(found->second);
}

std::string spread_text(const spread& values)
{
    return readable(values.median) + " (" + readable(values.lowest) + " to " + readable(values.highest) + ")";
}

std::string rounds_text(const server_summary& summary, unsigned rounds)
{
    return std::to_string(summary.good_rounds) + " of " + std::to_string(rounds);
}

std::string load_text(const compared_load& asked)
{
    return asked.endpoint + ", " + grouped(asked.streams) + (asked.streams == 1 ? " stream" : " streams");
}

std::vector<std::string> failure_lines(const std::vector<server_summary>& summaries)
{
    std::vector<std::string> lines;
    for (const auto& summary : summaries) {
        if (!summary.takes_part) {
            continue;
        }
        for (const auto& failure : summary.failures) {
            lines.push_back(summary.server + ": " + failure);
        }
        if (summary.good_rounds == 1) {
            lines.push_back(summary.server + ": one good round only, which is no basis for figures");
        }
        if (summary.client_was_limit) {
            lines.push_back(summary.server + ": the client was at its limit in some rounds: figures may be its own");
        }
    }
    return lines;
}

std::string markdown_report(const comparison& all)
{
    std::string result = "Medians of interleaved rounds (lowest to highest), an event every " + grouped(all.period_ms) +
                         " ms, measured for " + readable_tick(all.seconds) +
                         " s each; \"of the floor\" is events per CPU-s divided by that of `" + all.floor +
                         "` in the same round.\n";
    for (const auto& asked : all.loads) {
        const auto summaries = summarise(all, asked);
        result += "\n### " + load_text(asked) + "\n\n" + header();
        for (const auto& summary : summaries) {
            if (summary.takes_part) {
                result += row(summary, all.rounds);
            }
        }
        if (const auto lines = failure_lines(summaries); !lines.empty()) {
            result += "\n";
            for (const auto& line : lines) {
                result += "- " + line + "\n";
            }
        }
    }
    return result;
}

} // namespace bench
