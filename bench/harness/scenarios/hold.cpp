#include "harness/scenarios/hold.hpp"

#include "harness/scenarios/commands.hpp"
#include "harness/support/duration.hpp"

namespace bench {

tl::expected<std::unique_ptr<hold_figures>, std::string> hold(const scenario& settings,
                                                              std::chrono::nanoseconds duration)
{
    auto result = std::make_unique<hold_figures>();
    result->plan = settings.plan;
    result->has_server = !settings.servers.empty();
    result->before = memory_sample::of(settings.servers);
    load_session session(settings.plan, settings.servers, settings.shown);
    const auto ramp = session.ramp();
    if (!ramp) {
        return tl::unexpected(ramp.error());
    }
    result->ramp = **ramp;
    if (session.totals().live > 0) {
        if (const auto settled = session.wait(settings.settle, "settling"); !settled) {
            return tl::unexpected(settled.error());
        }
        const auto measured = session.measure(duration, "holding");
        if (!measured) {
            return tl::unexpected(measured.error());
        }
        result->measured = **measured;
    }
    result->after = memory_sample::of(settings.servers);
    if (settings.before_close) {
        settings.before_close();
    }
    result->client = memory_of(session.clients());
    result->totals = session.totals();
    result->statuses = session.statuses();
    return result;
}

namespace {

struct hold_command
{
    load_options options;
    std::chrono::nanoseconds duration = std::chrono::seconds(10);
    std::chrono::nanoseconds max_p99{0}; ///< 0: no objective

    std::string faults(const hold_figures& figures) const
    {
        const std::chrono::nanoseconds p99(figures.measured.window.lateness.quantile(0.99));
        auto text = figures.faults();
        if (max_p99.count() > 0 && p99 > max_p99) {
            text +=
                (text.empty() ? "" : "; ") + ("p99 of the lateness is " + to_text(p99)) + ", above " + to_text(max_p99);
        }
        return text;
    }

    int run() const
    {
        return run_scenario("hold", options, [this](scenario& settings) -> tl::expected<scenario_result, std::string> {
            const auto figures = hold(settings, duration);
            if (!figures) {
                return tl::unexpected(figures.error());
            }
            return scenario_result{(*figures)->json(), (*figures)->text(), faults(**figures)};
        });
    }
};

} // namespace

void add_hold_command(cli_command& program, command_body& selected)
{
    auto command = program.add_subcommand("hold", "open streams, hold them, and check every event");
    const auto body = std::make_shared<hold_command>();
    body->options.add_to(command);
    add_duration(command, "--for", body->duration, "length of the measurement");
    add_duration(command, "--max-p99", body->max_p99, "objective: the maximum lateness of 99 % of the events")
        .default_text("none");
    command.on_selected([body, &selected] { selected = [body] { return body->run(); }; });
}

} // namespace bench
