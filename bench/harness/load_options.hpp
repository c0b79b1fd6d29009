#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

#include "harness/command_line.hpp"
#include "harness/load_plan.hpp"

namespace bench {

/// An option whose value is a duration as parse_duration() takes it.
cli_option add_duration(cli_command& command, const std::string& name, std::chrono::nanoseconds& value,
                        const std::string& description);

/// What the command lines of all subcommands that hold streams have in common.
struct load_options
{
    std::string url;
    std::uint32_t streams = 1000;
    std::string processes = "auto";
    double ramp = 0;
    std::chrono::nanoseconds period{0}; ///< 0: from the URL
    bool no_schedule = false;           ///< no period, whatever the URL says
    std::chrono::nanoseconds answer_timeout = std::chrono::seconds(10);
    std::chrono::nanoseconds settle = std::chrono::seconds(2);
    std::string ids = "dense";
    std::vector<std::string> headers;
    std::vector<pid_t> server_pids;
    bool allow_remote = false;
    std::string json; ///< a file, or - for standard output; empty: none

    /// Adds them to a subcommand. `with_streams`: also --streams.
    void add_to(cli_command& command, bool with_streams = true);
};

/// Checks what the command line could not. The plan's processes suffice for its streams.
/// @param open_files how many a process may have
tl::expected<load_plan, std::string> make_plan(const load_options& options, std::uint64_t open_files);

} // namespace bench
