// slow: a share of the clients stops reading. What do the others notice?

#include <memory>

#include "harness/command.hpp"
#include "harness/contrast.hpp"
#include "harness/share.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

struct slow_command
{
    load_options options;
    double share = 0.1;
    int buffer = 4096;
    std::chrono::nanoseconds duration = std::chrono::seconds(10);

    tl::expected<scenario_result, std::string> run(scenario& settings) const
    {
        settings.plan.frozen_share = share;
        settings.plan.frozen_buffer = buffer;
        const auto found = measure_contrast(settings, duration, [this](load_session& session) -> load_result {
            if (const auto frozen = session.freeze(); !frozen) {
                return tl::unexpected(frozen.error());
            }
            return session.measure(duration, "some frozen");
        });
        if (!found) {
            return tl::unexpected(found.error());
        }
        const auto& figures = **found;
        scenario_result result{figures.json(settings), figures.text(settings),
                               faults_of(figures.after, figures.statuses)};
        result.figures["share"] = share;
        result.figures["frozen"] = figures.after.frozen;
        result.figures["evicted"] = figures.after.evicted;
        result.figures["pss_growth_bytes_per_frozen"] =
            settings.servers.empty()
                ? boost::json::value(nullptr)
                : ratio(static_cast<double>(figures.memory_with.server.pss - figures.memory_without.server.pss),
                        static_cast<double>(figures.after.frozen));
        result.text += "slow      " + grouped(figures.after.frozen) + " stopped reading, the server closed " +
                       grouped(figures.after.evicted) + " of them\n";
        return result;
    }
};

} // namespace

void add_slow_command(CLI::App& app, command_body& chosen)
{
    auto* command = app.add_subcommand("slow", "a share of the clients stops reading: what do the others notice?");
    const auto body = std::make_shared<slow_command>();
    body->options.add_to(*command);
    add_share(*command, "--share", body->share, "how many stop reading, of all");
    command->add_option("--buffer", body->buffer, "receive buffer (SO_RCVBUF, bytes) of those; 0: the system's choice")
        ->capture_default_str()
        ->check(CLI::Range(0, 1 << 30));
    add_duration(*command, "--for", body->duration, "how long to measure, without and with");
    command->callback([body, &chosen] {
        chosen = [body] { return run_scenario("slow", body->options, [body](scenario& s) { return body->run(s); }); };
    });
}

} // namespace bench
