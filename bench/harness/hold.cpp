#include "harness/hold.hpp"

#include "harness/command.hpp"
#include "harness/duration.hpp"
#include "harness/interrupt.hpp"
#include "harness/load_options.hpp"
#include "harness/output.hpp"

namespace bench {

tl::expected<std::unique_ptr<hold_figures>, std::string> hold(const hold_settings& settings, progress& shown)
{
    auto result = std::make_unique<hold_figures>();
    result->plan = settings.plan;
    result->has_server = !settings.servers.empty();
    result->server_before = memory_of(settings.servers);
    result->machine_before = memory_of_machine();
    load_session session(settings.plan, settings.servers, shown);
    const auto ramp = session.ramp();
    if (!ramp) {
        return tl::unexpected(ramp.error());
    }
    result->ramp_seconds = *ramp;
    if (session.totals().live > 0) {
        if (const auto settled = session.wait(settings.settle, "settling"); !settled) {
            return tl::unexpected(settled.error());
        }
        auto measured = session.measure(settings.hold);
        if (!measured) {
            return tl::unexpected(measured.error());
        }
        result->measured = **measured;
    }
    result->server_after = memory_of(settings.servers);
    result->machine_after = memory_of_machine();
    result->client_after = memory_of(session.clients());
    result->totals = session.totals();
    result->answer_time = session.answer_time();
    result->was_interrupted = interrupted();
    return result;
}

namespace {

struct hold_command
{
    load_options options;
    std::string duration = "10s";

    int run() const
    {
        const auto machine_here = machine::here();
        hold_settings settings;
        const auto plan = make_plan(options, machine_here.open_files);
        const auto settle = parse_duration(options.settle);
        const auto time = parse_duration(duration);
        if (!plan || !settle || !time) {
            return complain(!plan     ? plan.error()
                            : !settle ? "--settle: " + settle.error()
                                      : "--for: " + time.error(),
                            bad_usage);
        }
        settings.plan = *plan;
        settings.servers = options.server_pids;
        settings.settle = *settle;
        settings.hold = *time;
        watch_for_interrupts();
        progress shown(stderr);
        shown.say("rill-bench: " + std::to_string(plan->streams) + " streams to " + plan->to.url() + " on " +
                  machine_here.text());
        const auto figures = hold(settings, shown);
        shown.clear();
        if (!figures) {
            return complain(figures.error(), could_not_run);
        }
        if (!write_figures(options.json, (*figures)->json(), (*figures)->text())) {
            return could_not_run;
        }
        return (*figures)->was_interrupted ? was_interrupted : (*figures)->faults().empty() ? all_good : found_fault;
    }
};

} // namespace

void add_hold_command(CLI::App& app, command_body& chosen)
{
    auto* command = app.add_subcommand("hold", "open streams, hold them, and check every event");
    const auto body = std::make_shared<hold_command>();
    body->options.add_to(*command);
    command->add_option("--for", body->duration, "how long to measure, e.g. 30s or 2m")->capture_default_str();
    command->callback([body, &chosen] { chosen = [body] { return body->run(); }; });
}

} // namespace bench
