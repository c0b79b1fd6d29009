// rill-bench: measures how many event streams a server holds and how it delivers their events. See docs/benchmarks.md.

#include "harness/scenarios/commands.hpp"

int main(int argc, char** argv)
{
    bench::command_line program("Measures how many event streams a server holds and how it delivers their events",
                                "rill-bench");
    program.set_version("rill-bench (rill " RILL_VERSION ")");
    program.require_subcommand();
    bench::command_body selected;
    for (const auto add : {bench::add_hold_command, bench::add_scale_command, bench::add_storm_command,
                           bench::add_churn_command, bench::add_slow_command, bench::add_fanout_command,
                           bench::add_sweep_command, bench::add_compare_command, bench::add_million_command})
    {
        add(program, selected);
    }
    const auto ended = program.parse(argc, argv);
    return ended ? *ended : selected();
}
