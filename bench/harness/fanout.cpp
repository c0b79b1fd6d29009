// fanout: what is published once reaches many streams, of one topic or of many.

#include <memory>

#include "harness/command.hpp"
#include "harness/duration.hpp"
#include "harness/fan_out_options.hpp"
#include "harness/frozen.hpp"
#include "harness/hold.hpp"
#include "harness/output.hpp"
#include "harness/share.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

struct fanout_command
{
    fan_out_options options;
    double rate = 1;
    frozen_options frozen{.share = 0}; ///< no share: all are healthy
    std::chrono::nanoseconds duration = std::chrono::seconds(10);
    std::chrono::nanoseconds max_p99{0}; ///< 0: no objective

    int run() const
    {
        if (const auto fault = options.fault(); !fault.empty()) {
            return complain(fault, bad_usage);
        }
        return run_scenario("fanout", options.at(rate), [this](scenario& settings) { return measure(settings); });
    }

private:
    tl::expected<scenario_result, std::string> measure(scenario& settings) const
    {
        settings.plan = options.completed(std::move(settings.plan));
        auto result = frozen.share > 0 ? with_frozen(settings) : all_healthy(settings);
        if (!result) {
            return result;
        }
        const auto* p99 = result->figures.if_contains("p99_ms");
        if (max_p99.count() > 0 && p99->is_number() && p99->to_number<double>() > to_seconds(max_p99) * 1e3) {
            result->faults +=
                (result->faults.empty() ? "" : "; ") + ("p99 of the lateness is above " + to_text(max_p99));
        }
        result->figures["topics"] = options.topics;
        result->figures["rate"] = rate;
        result->figures["bytes"] = options.bytes;
        result->figures["due_events_per_s"] = rate * settings.plan.streams;
        result->text = "topics    " + grouped(options.topics) + ", each with " + fixed(rate, 3) +
                       " events a second for " + fixed(static_cast<double>(settings.plan.streams) / options.topics, 1) +
                       " streams\n" + result->text;
        return result;
    }

    tl::expected<scenario_result, std::string> with_frozen(scenario& settings) const
    {
        auto how = frozen;
        how.stats = options.stats_path(rate);
        return measure_frozen(settings, how, duration);
    }

    tl::expected<scenario_result, std::string> all_healthy(const scenario& settings) const
    {
        return hold(settings, duration).map([](const auto& figures) {
            return scenario_result{figures->json(), figures->text(), figures->faults()};
        });
    }
};

} // namespace

void add_fanout_command(cli_command& program, command_body& chosen)
{
    auto command =
        program.add_subcommand("fanout", "what is published once reaches many streams, of one topic or of many");
    const auto body = std::make_shared<fanout_command>();
    body->options.add_to(command);
    command.add("--rate", body->rate, "events of each topic, a second").show_default().range(0.001, 1e6);
    add_share(command, "--frozen", body->frozen.share,
              "measure a second time with so many streams, of all, that are not read")
        .default_text("none");
    command.add("--buffer", body->frozen.buffer, "receive buffer (SO_RCVBUF, bytes) of those; 0: the system's choice")
        .show_default()
        .range(0, 1 << 30);
    add_duration(command, "--for", body->duration, "how long to measure; with --frozen twice");
    add_duration(command, "--max-p99", body->max_p99, "an objective: the lateness that 99 % of events must not exceed")
        .default_text("none");
    command.when_chosen([body, &chosen] { chosen = [body] { return body->run(); }; });
}

} // namespace bench
