// fanout: sends each published event to many streams, in one topic or in many topics.

#include <memory>

#include "harness/scenarios/commands.hpp"
#include "harness/scenarios/hold.hpp"
#include "harness/scenarios/stalled_readers.hpp"
#include "harness/scenarios/topic_options.hpp"
#include "harness/support/duration.hpp"
#include "harness/support/output.hpp"
#include "harness/support/share.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

struct fanout_command
{
    topic_options options;
    double rate = 1;
    stalled_options stalled{.share = 0}; ///< with a share of 0, all streams are healthy
    std::chrono::nanoseconds duration = std::chrono::seconds(10);
    std::chrono::nanoseconds max_p99{0}; ///< 0: no objective

    int run() const
    {
        if (const auto fault = options.fault(); !fault.empty()) {
            return print_error(fault, bad_usage);
        }
        return run_scenario("fanout", options.at(rate), [this](scenario& settings) { return measure(settings); });
    }

private:
    tl::expected<scenario_result, std::string> measure(scenario& settings) const
    {
        settings.plan = options.completed(std::move(settings.plan));
        auto result = stalled.share > 0 ? with_stalled(settings) : all_healthy(settings);
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
        result->text =
            "topics    " + grouped(options.topics) + ", each with " + fixed(rate, 3) + " events per second for " +
            fixed(static_cast<double>(settings.plan.streams) / options.topics, 1) + " streams\n" + result->text;
        return result;
    }

    tl::expected<scenario_result, std::string> with_stalled(scenario& settings) const
    {
        auto how = stalled;
        how.stats = options.stats_path(rate);
        return measure_stalled(settings, how, duration);
    }

    tl::expected<scenario_result, std::string> all_healthy(const scenario& settings) const
    {
        return hold(settings, duration).map([](const auto& figures) {
            return scenario_result{figures->json(), figures->text(), figures->faults()};
        });
    }
};

} // namespace

void add_fanout_command(cli_command& program, command_body& selected)
{
    auto command = program.add_subcommand("fanout", "publish events to many streams, in one topic or in many topics");
    const auto body = std::make_shared<fanout_command>();
    body->options.add_to(command);
    command.add("--rate", body->rate, "events per second in each topic").show_default().range(0.001, 1e6);
    add_share(command, "--stalled", body->stalled.share,
              "measure a second time while this share of the streams is not read")
        .default_text("none");
    command
        .add("--buffer", body->stalled.buffer,
             "receive buffer (SO_RCVBUF, bytes) of these streams; 0: the default of the system")
        .show_default()
        .range(0, 1 << 30);
    add_duration(command, "--for", body->duration, "length of a measurement; --stalled measures twice");
    add_duration(command, "--max-p99", body->max_p99, "objective: the maximum lateness of 99 % of the events")
        .default_text("none");
    command.on_selected([body, &selected] { selected = [body] { return body->run(); }; });
}

} // namespace bench
