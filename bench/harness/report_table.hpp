#pragma once

#include <string>
#include <vector>

#include "harness/compare_summary.hpp"

namespace bench {

/// A column of the tables, Markdown and HTML alike.
struct table_column
{
    std::string_view title;
    std::string_view key;  ///< of the figure; "of_floor" for the ratio
    std::string_view hint; ///< which direction is better
};

inline constexpr std::array table_columns{
    table_column{"memory/stream, B", "pss_bytes_per_stream", "lower is better"},
    table_column{"events per CPU-s", "events_per_cpu_s", "higher is better"},
    table_column{"of the floor", "of_floor", "higher is better"},
    table_column{"user CPU/event, us", "user_us_per_event", "lower is better"},
    table_column{"p50, ms", "p50_ms", "lower is better"},
    table_column{"p99, ms", "p99_ms", "lower is better"},
    table_column{"p99.9, ms", "p999_ms", "lower is better"},
};

/// The figure of a column, if there is a basis for it.
std::optional<spread> figure_of(const server_summary& summary, std::string_view key);

/// "727 (725 to 730)", the median first.
std::string spread_text(const spread& values);

/// "3 of 3", and what failed.
std::string rounds_text(const server_summary& summary, unsigned rounds);

/// What a load is called in headings: "/ticks, 15,000 streams".
std::string load_text(const compared_load& asked);

/// Why some servers have no figures, or fewer: one line each.
std::vector<std::string> failure_lines(const std::vector<server_summary>& summaries);

/// One table for each load, with what failed below.
std::string markdown_report(const comparison& all);

} // namespace bench
