#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/scenarios/load_options.hpp"

namespace bench {

/// The paths that are used if the URL has no path. They are those of bench/stream_server.
inline constexpr std::string_view default_topic_path = "/topics/{topic}?of={topics}&us={us}&bytes={bytes}";
inline constexpr std::string_view default_stats_path = "/topics/stats?of={topics}&us={us}&bytes={bytes}";

/// Returns the period of a rate (events per second). It is rounded to microseconds, as in the request to the server.
std::chrono::microseconds period_of(double rate);

/// The options of the subcommands that distribute streams over topics.
struct topic_options
{
    load_options load; ///< the URL can have placeholders
    std::uint32_t topics = 1;
    std::uint32_t bytes = 0;
    std::uint32_t id_step = 0; ///< 0: the number of topics
    std::string stats;         ///< a path with placeholders

    void add_to(cli_command& command);

    /// Returns the load options for `rate` events per second in each topic. Replaces all placeholders except {topic}.
    /// If the period is less than 1 ms, the options have no schedule.
    load_options at(double rate) const;

    /// Returns the path of the server's own counters. Empty if the path is unknown.
    std::string stats_path(double rate) const;

    /// Adds the settings of the topics to the result of make_plan().
    load_plan completed(load_plan plan) const;

    /// Describes options that contradict each other. Empty if they are consistent.
    std::string fault() const;

private:
    bool has_path() const;
    std::string filled_in(std::string text, double rate) const;
};

} // namespace bench
