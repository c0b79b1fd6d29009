// rill-bench: how many event streams does one machine hold? See docs/benchmarks.md.

#include "harness/command.hpp"

int main(int argc, char** argv)
{
    bench::command_line program("How many event streams does one machine hold?", "rill-bench");
    program.set_version("rill-bench (rill " RILL_VERSION ")");
    program.require_subcommand();
    bench::command_body chosen;
    for (const auto add : {bench::add_hold_command, bench::add_scale_command, bench::add_storm_command,
                           bench::add_churn_command, bench::add_slow_command, bench::add_fanout_command,
                           bench::add_sweep_command, bench::add_compare_command, bench::add_million_command})
    {
        add(program, chosen);
    }
    const auto ended = program.parse(argc, argv);
    return ended ? *ended : chosen();
}
