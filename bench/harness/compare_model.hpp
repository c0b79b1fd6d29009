#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace bench {

/// What is compared of one run, from what `rill-bench hold --json` wrote.
struct figures
{
    double live = 0;                 ///< streams at the end
    double events = 0;               ///< that arrived
    double pss_bytes_per_stream = 0; ///< growth of the server's proportional set size
    double events_per_cpu_s = 0;     ///< per second of the server's CPU, user and system
    double user_us_per_event = 0;    ///< the server's user CPU, microseconds
    double p50_ms = 0;               ///< lateness, milliseconds; so are the next three
    double p99_ms = 0;
    double p999_ms = 0;
    double max_ms = 0;
};

/// One member of `figures`, and its name in JSON.
struct figure
{
    std::string_view key;
    double figures::*member;
};

inline constexpr std::array all_figures{
    figure{"live", &figures::live},
    figure{"events", &figures::events},
    figure{"pss_bytes_per_stream", &figures::pss_bytes_per_stream},
    figure{"events_per_cpu_s", &figures::events_per_cpu_s},
    figure{"user_us_per_event", &figures::user_us_per_event},
    figure{"p50_ms", &figures::p50_ms},
    figure{"p99_ms", &figures::p99_ms},
    figure{"p999_ms", &figures::p999_ms},
    figure{"max_ms", &figures::max_ms},
};

/// The figures in an object that `hold` wrote, or which of them is missing.
tl::expected<figures, std::string> figures_of(const boost::json::object& hold);

/// What all servers of one table were asked for.
struct compared_load
{
    std::string endpoint; ///< "/ticks" or "/broadcast"
    std::uint32_t streams = 0;

    bool operator==(const compared_load&) const = default;
};

/// One run of one server. Counts when `failure` is empty.
struct comparison_run
{
    std::string server;
    compared_load asked;
    unsigned round = 0;         ///< from 1
    std::string failure{};      ///< why the run does not count
    boost::json::object hold{}; ///< what `hold` wrote, whole; empty when it wrote nothing
    figures measured{};         ///< valid when the run counts
};

struct compared_server
{
    std::string name;
    std::string title;
    std::string note{};    ///< what a reader of a table should know
    std::string missing{}; ///< why it took no part
    std::string command{};
    std::vector<std::string> endpoints{};
};

/// All that a comparison gave: everything that its reports are made of.
struct comparison
{
    std::string date;                     ///< ISO 8601 with the offset from UTC
    std::string command;                  ///< that repeats it
    boost::json::object machine;          ///< names and values to show
    std::uint32_t period_ms = 1000;       ///< between two events of a stream
    double seconds = 0;                   ///< that each run was measured for
    unsigned rounds = 0;                  ///< asked for
    std::string floor;                    ///< the server that the others are compared with
    std::vector<compared_load> loads;     ///< in the order of the tables
    std::vector<compared_server> servers; ///< in the order of all tables and plots
    std::vector<comparison_run> runs;     ///< in the order in which they took place
};

boost::json::object to_json(const comparison& all);

/// The inverse of to_json(), or what is wrong with the object.
tl::expected<comparison, std::string> comparison_from(const boost::json::value& json);

} // namespace bench
