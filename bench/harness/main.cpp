// rill-bench: how many event streams does one machine hold? See docs/benchmarks.md.

#include "harness/command.hpp"

int main(int argc, char** argv)
{
    CLI::App app("How many event streams does one machine hold?", "rill-bench");
    app.set_version_flag("--version", "rill-bench (rill " RILL_VERSION ")");
    app.require_subcommand(1);
    bench::command_body chosen;
    bench::add_hold_command(app, chosen);
    bench::add_scale_command(app, chosen);
    bench::add_storm_command(app, chosen);
    bench::add_churn_command(app, chosen);
    bench::add_slow_command(app, chosen);
    bench::add_fanout_command(app, chosen);
    bench::add_sweep_command(app, chosen);
    bench::add_compare_command(app, chosen);
    bench::add_million_command(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        app.exit(e);
        return bench::bad_usage;
    }
    return chosen();
}
