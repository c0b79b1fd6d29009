#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace bench {

/// The figures of one run that the comparison shows. They come from the JSON of `rill-bench hold`.
struct figures
{
    double live = 0;                 ///< number of open streams at the end
    double events = 0;               ///< number of received events
    double pss_bytes_per_stream = 0; ///< growth of the server's proportional set size
    double events_per_cpu_s = 0;     ///< events per second of the server's CPU time, user and system
    double user_us_per_event = 0;    ///< user CPU time of the server, microseconds per event
    double p50_ms = 0;               ///< lateness in milliseconds, as are the next three members
    double p99_ms = 0;
    double p999_ms = 0;
    double max_ms = 0;
};

/// A member of `figures` and its name in JSON.
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

/// Reads the figures from the JSON of `hold`. If a figure is missing, the error message names it.
tl::expected<figures, std::string> figures_of(const boost::json::object& hold);

/// The load of one table. It is the same for all servers.
struct compared_load
{
    std::string endpoint; ///< "/ticks" or "/broadcast"
    std::uint32_t streams = 0;

    bool operator==(const compared_load&) const = default;
};

/// The name of a load in headings: "/ticks, 15,000 streams".
std::string to_text(const compared_load& asked);

/// One run of one server. It is valid if `failure` is empty.
struct comparison_run
{
    std::string server;
    compared_load asked;
    unsigned round = 0;         ///< from 1
    std::string failure{};      ///< the reason why the run is not valid
    boost::json::object hold{}; ///< the complete JSON of `hold`; empty if there was none
    figures measured{};         ///< set if the run is valid
};

struct compared_server
{
    std::string name;
    std::string title;
    std::string note{};    ///< a remark for the readers of a table
    std::string version{}; ///< of the library and the toolchain; empty if unknown
    std::string missing{}; ///< the reason why the server was not measured; empty if it was
    std::string command{};
    std::vector<std::string> endpoints{};
};

/// The result of a comparison. It is the complete input of the reports.
struct comparison
{
    std::string date;                     ///< ISO 8601 with the offset from UTC
    std::string command;                  ///< the command line that repeats the comparison
    boost::json::object machine;          ///< names and values to show
    std::uint32_t period_ms = 1000;       ///< time between two events of a stream
    double seconds = 0;                   ///< length of the measurement of each run
    unsigned rounds = 0;                  ///< number of rounds
    std::string floor;                    ///< the server with which the others are compared
    std::vector<compared_load> loads;     ///< in the order of the tables
    std::vector<compared_server> servers; ///< in the order of all tables and charts
    std::vector<comparison_run> runs;     ///< in the order of the measurements
};

boost::json::object to_json(const comparison& all);

/// The inverse of to_json(). Returns an error message if the JSON is not a comparison.
tl::expected<comparison, std::string> comparison_from(const boost::json::value& json);

} // namespace bench
