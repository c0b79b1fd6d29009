// sweep: finds the highest rate of publishing at which events still arrive in time.

#include <boost/json/array.hpp>
#include <memory>

#include "harness/machine/machine.hpp"
#include "harness/scenarios/commands.hpp"
#include "harness/scenarios/hold.hpp"
#include "harness/scenarios/rate_sweep.hpp"
#include "harness/scenarios/topic_options.hpp"
#include "harness/support/duration.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/output.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

struct sweep_command
{
    topic_options options;
    double first = 1, most = 100'000, factor = 1.5;
    unsigned steps = 20, tries = 2;
    std::chrono::nanoseconds duration = std::chrono::seconds(3);
    std::chrono::nanoseconds max_p99 = std::chrono::milliseconds(100);

    int run() const
    {
        if (const auto fault = options.fault(); !fault.empty()) {
            return print_error(fault, bad_usage);
        }
        return run_scenario("sweep", options.at(first), [this](scenario& settings) { return measure(settings); });
    }

private:
    struct step
    {
        std::unique_ptr<hold_figures> figures;
        std::string broken; ///< why this rate was not held; empty if it was held
    };

    tl::expected<step, std::string> try_one(double rate, const scenario& settings, const memory_sample& empty) const
    {
        auto plan = make_plan(options.at(rate), raise_open_files());
        if (!plan) {
            return tl::unexpected(plan.error());
        }
        const scenario one{options.completed(std::move(*plan)), settings.servers, settings.settle, settings.shown, {}};
        step result;
        for (unsigned i = 0; i < tries && !interrupted(); ++i) {
            auto figures = hold(one, duration);
            if (!figures) {
                return tl::unexpected(figures.error());
            }
            result.figures = std::move(*figures);
            result.figures->before.server =
                empty.server; // the streams of the next step use the memory that the server has kept
            result.broken = why_broken(*result.figures, rate, max_p99);
            if (result.broken.empty()) {
                break;
            }
        }
        return result;
    }

    tl::expected<scenario_result, std::string> measure(const scenario& settings) const
    {
        rate_sweep sweep(first, factor, most, steps);
        const auto empty = memory_sample::of(settings.servers);
        boost::json::array curve;
        std::string table = rate_table_head() + "\n", reason;
        settings.shown.print(rate_table_head());
        while (const auto rate = sweep.next()) {
            const auto tried = try_one(*rate, settings, empty);
            if (!tried) {
                return tl::unexpected(tried.error());
            }
            if (interrupted()) {
                break;
            }
            sweep.record(tried->broken.empty());
            reason = tried->broken;
            const auto line = rate_table_line(*tried->figures, *rate, reason);
            settings.shown.print(line);
            table += line + "\n";
            curve.push_back(rate_point(*tried->figures, *rate, reason));
        }
        return result_of(sweep, std::move(curve), table, reason);
    }

    scenario_result result_of(const rate_sweep& sweep, boost::json::array curve, const std::string& table,
                              const std::string& reason) const
    {
        scenario_result result;
        result.figures["topics"] = options.topics;
        result.figures["streams"] = options.load.streams;
        result.figures["bytes"] = options.bytes;
        result.figures["objective_p99_ms"] = to_seconds(max_p99) * 1e3;
        result.figures["highest_held"] = sweep.highest_held();
        result.figures["broken"] = sweep.broken() ? boost::json::value(*sweep.broken()) : boost::json::value(nullptr);
        result.figures["broken_by"] = reason;
        result.figures["curve"] = std::move(curve);
        result.text = table + "held      " + fixed(sweep.highest_held(), 3) + " events per second in each of " +
                      grouped(options.topics) + " topics; " +
                      (sweep.broken() ? fixed(*sweep.broken(), 3) + " did not: " + reason
                                      : std::string("--max or --steps is reached")) +
                      "\n";
        result.faults = sweep.highest_held() > 0 ? "" : "no rate held: " + reason;
        return result;
    }
};

} // namespace

void add_sweep_command(cli_command& program, command_body& selected)
{
    auto command = program.add_subcommand("sweep", "find the highest rate of publishing without late or lost events");
    const auto body = std::make_shared<sweep_command>();
    body->options.load.settle = std::chrono::seconds(1);
    body->options.add_to(command);
    command.add("--from", body->first, "first rate: events per second in each topic").show_default().range(0.001, 1e6);
    command.add("--max", body->most, "highest rate: events per second in each topic").show_default().range(0.001, 1e6);
    command.add("--factor", body->factor, "factor from one rate to the next").show_default().range(1.01, 100.0);
    command.add("--steps", body->steps, "maximum number of rates").show_default().range(1U, 1000U);
    command.add("--tries", body->tries, "maximum number of attempts for a rate that does not hold")
        .show_default()
        .range(1U, 100U);
    add_duration(command, "--for", body->duration, "length of each measurement");
    add_duration(command, "--max-p99", body->max_p99, "objective: the maximum lateness of 99 % of the events");
    command.on_selected([body, &selected] { selected = [body] { return body->run(); }; });
}

} // namespace bench
