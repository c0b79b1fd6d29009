// slow: a share of the clients stops reading. What do the others notice?

#include <memory>

#include "harness/command.hpp"
#include "harness/frozen.hpp"
#include "harness/share.hpp"

namespace bench {

namespace {

struct slow_command
{
    load_options options;
    frozen_options frozen;
    std::chrono::nanoseconds duration = std::chrono::seconds(10);
};

} // namespace

void add_slow_command(cli_command& program, command_body& chosen)
{
    auto command = program.add_subcommand("slow", "a share of the clients stops reading: what do the others notice?");
    const auto body = std::make_shared<slow_command>();
    body->options.add_to(command);
    add_share(command, "--share", body->frozen.share, "how many stop reading, of all");
    command.add("--buffer", body->frozen.buffer, "receive buffer (SO_RCVBUF, bytes) of those; 0: the system's choice")
        .show_default()
        .range(0, 1 << 30);
    command.add("--stats", body->frozen.stats,
                "path of the server's own count (JSON), for why it ended streams; default: not asked for");
    add_duration(command, "--for", body->duration, "how long to measure, without and with");
    command.when_chosen([body, &chosen] {
        chosen = [body] {
            return run_scenario("slow", body->options,
                                [body](scenario& s) { return measure_frozen(s, body->frozen, body->duration); });
        };
    });
}

} // namespace bench
