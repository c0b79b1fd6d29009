#pragma once

#include <functional>

#include "harness/support/command_line.hpp"
#include "harness/support/exit_code.hpp"

// Each subcommand adds itself to the command line. When it is selected, it stores its function in `selected`.
namespace bench {

/// The selected subcommand. It returns the exit code.
using command_body = std::function<int()>;

void add_hold_command(cli_command& program, command_body& selected);
void add_scale_command(cli_command& program, command_body& selected);
void add_storm_command(cli_command& program, command_body& selected);
void add_churn_command(cli_command& program, command_body& selected);
void add_slow_command(cli_command& program, command_body& selected);
void add_fanout_command(cli_command& program, command_body& selected);
void add_sweep_command(cli_command& program, command_body& selected);
void add_compare_command(cli_command& program, command_body& selected);
void add_million_command(cli_command& program, command_body& selected);

} // namespace bench
