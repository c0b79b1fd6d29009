#pragma once

#include <string>
#include <vector>

#include "harness/comparison/summary.hpp"

namespace bench {

/// A column of the tables in Markdown and HTML.
struct table_column
{
    std::string_view title;
    std::string_view key;  ///< key of the figure; "of_floor" for the ratio to the floor
    std::string_view hint; ///< whether low or high values are better
};

inline constexpr std::array table_columns{
    table_column{"memory/stream, B", "pss_bytes_per_stream", "lower is better"},
    table_column{"events per CPU-s", "events_per_cpu_s", "higher is better"},
    table_column{"relative to floor", "of_floor", "higher is better"},
    table_column{"user CPU/event, us", "user_us_per_event", "lower is better"},
    table_column{"p50, ms", "p50_ms", "lower is better"},
    table_column{"p99, ms", "p99_ms", "lower is better"},
    table_column{"p99.9, ms", "p999_ms", "lower is better"},
};

/// Returns the figure of a column. Empty if there were fewer than two valid rounds.
std::optional<median_range> figure_of(const server_summary& summary, std::string_view key);

/// Formats a range. The median comes first: "727 (725 to 730)".
std::string range_text(const median_range& values);

/// Formats the number of valid rounds: "3 of 3".
std::string rounds_text(const server_summary& summary, unsigned rounds);

/// Returns the versions of a server, or "-" if they are unknown.
std::string version_text(const server_summary& summary);

/// Returns the reasons why servers have no figures or fewer valid rounds, one line each.
std::vector<std::string> failure_lines(const std::vector<server_summary>& summaries);

/// Returns one table for each load. The failures follow below the table.
std::string markdown_tables(const comparison& all);

} // namespace bench
