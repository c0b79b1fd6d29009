#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

#include "harness/client/load_plan.hpp"
#include "harness/support/command_line.hpp"

namespace bench {

/// Adds an option whose value is a duration. See parse_duration().
cli_option add_duration(cli_command& command, const std::string& name, std::chrono::nanoseconds& value,
                        const std::string& description);

/// The common options of the subcommands that hold streams.
struct load_options
{
    std::string url;
    std::uint32_t streams = 1000;
    std::string processes = "auto";
    double ramp = 0;
    std::chrono::nanoseconds period{0}; ///< if 0, the period of the URL is used
    bool no_schedule = false;           ///< ignore the period of the URL
    std::chrono::nanoseconds response_timeout = std::chrono::seconds(10);
    std::chrono::nanoseconds settle = std::chrono::seconds(2);
    std::string ids = "dense";
    std::vector<std::string> headers;
    std::vector<pid_t> server_pids;
    bool allow_remote = false;
    std::string json; ///< name of a file, or - for standard output; if empty, no JSON is written

    /// Adds the options to a subcommand. If `with_streams` is true, also adds --streams.
    void add_to(cli_command& command, bool with_streams = true);
};

/// Checks the options and makes a plan with enough processes for its streams.
/// @param open_files  limit of open files of a process
tl::expected<load_plan, std::string> make_plan(const load_options& options, std::uint64_t open_files);

} // namespace bench
