#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/load_options.hpp"

namespace bench {

/// For a server whose URL has no path: those of bench/stream_server.
inline constexpr std::string_view default_topic_path = "/topics/{topic}?of={topics}&us={us}&bytes={bytes}";
inline constexpr std::string_view default_stats_path = "/topics/stats?of={topics}&us={us}&bytes={bytes}";

/// The period of a rate (events a second), in whole microseconds: what servers are asked for.
std::chrono::microseconds period_of(double rate);

/// What the command lines of those subcommands have in common that spread streams over topics.
struct fan_out_options
{
    load_options load; ///< its URL may have placeholders
    std::uint32_t topics = 1;
    std::uint32_t bytes = 0;
    std::uint32_t id_step = 0; ///< 0: as many as there are topics
    std::string stats;         ///< a path, with placeholders

    void add_to(cli_command& command);

    /// The load's options when each topic has `rate` events a second: placeholders are replaced, {topic} excepted, and
    /// the period is that rate's; none if it is shorter than a beat can be.
    load_options at(double rate) const;

    /// The path of the server's own count; empty if it is not known.
    std::string stats_path(double rate) const;

    /// What make_plan() can't know of.
    load_plan completed(load_plan plan) const;

    /// In words, if they make no sense together.
    std::string fault() const;

private:
    bool has_path() const;
    std::string filled_in(std::string text, double rate) const;
};

} // namespace bench
