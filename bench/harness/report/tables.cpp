#include "harness/report/tables.hpp"

#include "harness/support/text.hpp"

namespace bench {

namespace {

/// Returns a cell of a Markdown table.
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
    std::string names = "|" + cell("server") + cell("version");
    std::string rule = "|---|---|";
    for (const auto& column : table_columns) {
        names += cell(column.title);
        rule += "---:|";
    }
    return names + cell("valid rounds") + "\n" + rule + "---:|\n";
}

std::string row(const server_summary& summary, unsigned rounds)
{
    std::string line = "|" + cell(summary.server) + cell(version_text(summary));
    for (const auto& column : table_columns) {
        const auto found = figure_of(summary, column.key);
        line += cell(found ? range_text(*found) : "-");
    }
    return line + cell(rounds_text(summary, rounds)) + "\n";
}

} // namespace

std::optional<median_range> figure_of(const server_summary& summary, std::string_view key)
{
    if (key == "of_floor") {
        return summary.of_floor;
    }
    const auto found = summary.figures.find(key);
    return found == summary.figures.end() ? std::nullopt : std::optional(found->second);
}

std::string range_text(const median_range& values)
{
    return readable(values.median) + " (" + readable(values.lowest) + " to " + readable(values.highest) + ")";
}

std::string rounds_text(const server_summary& summary, unsigned rounds)
{
    return std::to_string(summary.valid_rounds) + " of " + std::to_string(rounds);
}

std::string version_text(const server_summary& summary)
{
    return summary.version.empty() ? "-" : summary.version;
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
        if (summary.valid_rounds == 1) {
            lines.push_back(summary.server + ": only one valid round, which is no basis for figures");
        }
        if (summary.client_was_bottleneck) {
            lines.push_back(
                summary.server +
                ": the client was the bottleneck in some rounds, so the figures may be those of the client");
        }
    }
    return lines;
}

std::string markdown_tables(const comparison& all)
{
    std::string result = "Medians of interleaved rounds (lowest to highest), an event every " + grouped(all.period_ms) +
                         " ms, measured for " + compact(all.seconds) +
                         " s each. \"Relative to floor\" is events per CPU-s divided by that of `" + all.floor +
                         "` in the same round.\n";
    for (const auto& asked : all.loads) {
        const auto summaries = summarize(all, asked);
        result += "\n### " + to_text(asked) + "\n\n" + header();
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
