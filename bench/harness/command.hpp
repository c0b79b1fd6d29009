#pragma once

#include <functional>

#include "harness/command_line.hpp"

// How subcommands plug into main(): each adds itself to the command line, and notes what is to be run when it is the
// one.
namespace bench {

/// What rill-bench ends with.
enum exit_code : int
{
    all_good = 0,
    found_fault = 1, ///< a stream failed, an event was lost, or an objective was missed
    bad_usage = 2,
    could_not_run = 3,
    was_interrupted = 130,
};

/// The chosen subcommand; returns the exit code.
using command_body = std::function<int()>;

void add_hold_command(cli_command& program, command_body& chosen);
void add_scale_command(cli_command& program, command_body& chosen);
void add_storm_command(cli_command& program, command_body& chosen);
void add_churn_command(cli_command& program, command_body& chosen);
void add_slow_command(cli_command& program, command_body& chosen);
void add_fanout_command(cli_command& program, command_body& chosen);
void add_sweep_command(cli_command& program, command_body& chosen);
void add_compare_command(cli_command& program, command_body& chosen);
void add_million_command(cli_command& program, command_body& chosen);

} // namespace bench
