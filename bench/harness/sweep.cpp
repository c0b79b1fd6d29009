// sweep: how often can be published until the streams' events are late?

#include <boost/json/array.hpp>
#include <memory>

#include "harness/command.hpp"
#include "harness/duration.hpp"
#include "harness/fan_out_options.hpp"
#include "harness/hold.hpp"
#include "harness/interrupt.hpp"
#include "harness/machine.hpp"
#include "harness/output.hpp"
#include "harness/rate_sweep.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

struct sweep_command
{
    fan_out_options options;
    double first = 1, most = 100'000, factor = 1.5;
    unsigned steps = 20, tries = 2;
    std::chrono::nanoseconds duration = std::chrono::seconds(3);
    std::chrono::nanoseconds max_p99 = std::chrono::milliseconds(100);

    int run() const
    {
        if (const auto fault = options.fault(); !fault.empty()) {
            return complain(fault, bad_usage);
        }
        return run_scenario("sweep", options.at(first), [this](scenario& settings) { return measure(settings); });
    }

private:
    struct step
    {
        std::unique_ptr<hold_figures> figures;
        std::string broken; ///< why, in words; empty: it held
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
            result.figures->before.server = empty.server; // what a server keeps of those who left is theirs who come
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
        settings.shown.say(rate_table_head());
        while (const auto rate = sweep.next()) {
            const auto tried = try_one(*rate, settings, empty);
            if (!tried) {
                return tl::unexpected(tried.error());
            }
            if (interrupted()) {
                break;
            }
            sweep.note(tried->broken.empty());
            reason = tried->broken;
            const auto line = rate_table_line(*tried->figures, *rate, reason);
            settings.shown.say(line);
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
        result.text = table + "held      " + fixed(sweep.highest_held(), 3) + " events a second in each of " +
                      grouped(options.topics) + " topics; " +
                      (sweep.broken() ? fixed(*sweep.broken(), 3) + " did not: " + reason
                                      : std::string("more were not asked for")) +
                      "\n";
        result.faults = sweep.highest_held() > 0 ? "" : "no rate held: " + reason;
        return result;
    }
};

} // namespace

void add_sweep_command(cli_command& program, command_body& chosen)
{
    auto command = program.add_subcommand("sweep", "raise the rate of publishing until events are late or lost");
    const auto body = std::make_shared<sweep_command>();
    body->options.load.settle = std::chrono::seconds(1);
    body->options.add_to(command);
    command.add("--from", body->first, "events of each topic, a second, to begin with")
        .show_default()
        .range(0.001, 1e6);
    command.add("--max", body->most, "... to end with").show_default().range(0.001, 1e6);
    command.add("--factor", body->factor, "from one rate to the next").show_default().range(1.01, 100.0);
    command.add("--steps", body->steps, "rates that are tried, at most").show_default().range(1U, 1000U);
    command.add("--tries", body->tries, "a rate that does not hold is tried so many times")
        .show_default()
        .range(1U, 100U);
    add_duration(command, "--for", body->duration, "how long each rate is measured");
    add_duration(command, "--max-p99", body->max_p99, "objective: the lateness that 99 % of events must not exceed");
    command.when_chosen([body, &chosen] { chosen = [body] { return body->run(); }; });
}

} // namespace bench
