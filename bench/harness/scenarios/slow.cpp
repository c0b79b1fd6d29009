// slow: a share of the clients stops reading. Measures the effect on the other clients.

#include <memory>

#include "harness/scenarios/commands.hpp"
#include "harness/scenarios/stalled_readers.hpp"
#include "harness/support/share.hpp"

namespace bench {

namespace {

struct slow_command
{
    load_options options;
    stalled_options stalled;
    std::chrono::nanoseconds duration = std::chrono::seconds(10);
};

} // namespace

void add_slow_command(cli_command& program, command_body& selected)
{
    auto command =
        program.add_subcommand("slow", "a share of the clients stops reading; measure the effect on the others");
    const auto body = std::make_shared<slow_command>();
    body->options.add_to(command);
    add_share(command, "--share", body->stalled.share, "share of the streams that stops reading");
    command
        .add("--buffer", body->stalled.buffer,
             "receive buffer (SO_RCVBUF, bytes) of these streams; 0: the default of the system")
        .show_default()
        .range(0, 1 << 30);
    command.add("--stats", body->stalled.stats,
                "path of the server's own counters (JSON) of ended streams; default: not read");
    add_duration(command, "--for", body->duration, "length of each of the two measurements");
    command.on_selected([body, &selected] {
        selected = [body] {
            return run_scenario("slow", body->options,
                                [body](scenario& s) { return measure_stalled(s, body->stalled, body->duration); });
        };
    });
}

} // namespace bench
