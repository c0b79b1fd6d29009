// scale: finds the highest number of streams that meets the objectives.

#include <boost/json/array.hpp>
#include <memory>
#include <sstream>

#include "harness/machine/machine.hpp"
#include "harness/scenarios/commands.hpp"
#include "harness/scenarios/hold.hpp"
#include "harness/scenarios/scale_search.hpp"
#include "harness/support/duration.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/share.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr double usable_memory = 0.85; // share of the available memory; above it, the kernel could kill processes

struct scale_step
{
    std::uint32_t streams = 0;
    std::string broken;                    ///< reason for a missed objective; empty if the number held
    std::unique_ptr<hold_figures> figures; ///< null if the number was not tried
};

std::string table_head()
{
    return right_aligned("streams", 10) + right_aligned("p50 ms", 10) + right_aligned("p99 ms", 10) +
           right_aligned("max ms", 10) + right_aligned("events/CPU-s", 14) + right_aligned("PSS B/stream", 14) +
           "  result";
}

std::string table_line(const scale_step& step)
{
    std::string line = right_aligned(grouped(step.streams), 10);
    if (step.figures) {
        const auto& measured = step.figures->measured;
        const auto& late = measured.window.lateness;
        const auto ms = [](std::int64_t ns) { return right_aligned(fixed(static_cast<double>(ns) / 1e6, 1), 10); };
        const auto known = [&](double value) { return step.figures->has_server ? fixed(value, 0) : std::string("-"); };
        const auto live = static_cast<double>(std::max<std::uint64_t>(step.figures->totals.live, 1));
        line += ms(late.quantile(0.5)) + ms(late.quantile(0.99)) + ms(late.max()) +
                right_aligned(
                    known(static_cast<double>(measured.window.events) / std::max(measured.server.total, 1e-9)), 14) +
                right_aligned(
                    known(static_cast<double>(step.figures->after.server.pss - step.figures->before.server.pss) / live),
                    14);
    } else {
        line += std::string(58, ' ');
    }
    return line + "  " + (step.broken.empty() ? "held" : "broke: " + step.broken);
}

struct scale_command
{
    load_options options;
    std::uint32_t first = 1000;
    std::uint32_t most = 1'000'000;
    double precision = 0.1;
    unsigned tries = 2;
    std::chrono::nanoseconds duration = std::chrono::seconds(5);
    std::chrono::nanoseconds max_p99 = std::chrono::milliseconds(100);
    std::uint64_t max_memory = 0; ///< maximum PSS of the server in bytes; 0: no objective

    /// Returns the reason for a missed objective. Empty if the number held.
    std::string broken(const hold_figures& figures) const
    {
        if (auto faults = figures.faults(); !faults.empty()) {
            return faults;
        }
        if (const std::chrono::nanoseconds p99(figures.measured.window.lateness.quantile(0.99)); p99 > max_p99) {
            return "p99 of the lateness is " + to_text(p99) + ", above " + to_text(max_p99);
        }
        if (max_memory > 0 && static_cast<std::uint64_t>(figures.after.server.pss) > max_memory) {
            return "the server has " + grouped(static_cast<std::uint64_t>(figures.after.server.pss)) +
                   " bytes, above " + grouped(max_memory);
        }
        return is_client_bottleneck(figures.measured) ? "the client is the bottleneck and cannot measure more" : "";
    }

    /// Whether the machine has enough memory for `streams` streams.
    static bool fits_memory(std::uint32_t streams, const hold_figures* last)
    {
        if (last == nullptr || last->totals.live == 0) {
            return true;
        }
        const auto used = static_cast<double>(last->before.machine.available - last->after.machine.available);
        const auto per_stream = used / static_cast<double>(last->totals.live);
        return per_stream * streams < usable_memory * static_cast<double>(memory_of_machine().available);
    }

    tl::expected<scale_step, std::string> try_one(std::uint32_t streams, const scenario& settings,
                                                  const hold_figures* last, const memory_sample& empty) const
    {
        scale_step step{.streams = streams};
        if (!fits_memory(streams, last)) {
            step.broken = "the machine has not enough memory";
            return step;
        }
        auto changed = options;
        changed.streams = streams;
        const auto plan = make_plan(changed, raise_open_files());
        if (!plan) {
            step.broken = plan.error();
            return step;
        }
        for (unsigned i = 0; i < tries && !interrupted(); ++i) {
            scenario one{*plan, settings.servers, settings.settle, settings.shown};
            auto figures = hold(one, duration);
            if (!figures) {
                return tl::unexpected(figures.error());
            }
            (*figures)->before.server =
                empty.server; // the streams of the next step use the memory that the server has kept
            step.figures = std::move(*figures);
            step.broken = broken(*step.figures);
            if (step.broken.empty()) {
                break;
            }
        }
        return step;
    }

    tl::expected<scenario_result, std::string> run(const scenario& settings) const
    {
        scale_search search(first, most, precision);
        const auto empty = memory_sample::of(settings.servers);
        boost::json::array curve;
        scenario_result result;
        std::string reason;
        std::unique_ptr<hold_figures> last;
        settings.shown.print(table_head());
        while (const auto streams = search.next()) {
            auto step = try_one(*streams, settings, last.get(), empty);
            if (!step) {
                return tl::unexpected(step.error());
            }
            if (interrupted()) {
                break;
            }
            search.record(step->broken.empty());
            settings.shown.print(table_line(*step));
            result.text += table_line(*step) + "\n";
            auto point = step->figures ? step->figures->json() : boost::json::object{{"streams", *streams}};
            point["held"] = step->broken.empty();
            point["broken_by"] = step->broken;
            curve.push_back(std::move(point));
            reason = step->broken.empty() ? reason : step->broken;
            last = step->figures ? std::move(step->figures) : std::move(last);
        }
        result.figures["highest_held"] = search.highest_held();
        result.figures["lowest_broken"] =
            search.lowest_broken() ? boost::json::value(*search.lowest_broken()) : boost::json::value(nullptr);
        result.figures["broken_by"] = reason;
        result.figures["objective_p99_ms"] = static_cast<double>(max_p99.count()) / 1e6;
        result.figures["curve"] = std::move(curve);
        result.text =
            table_head() + "\n" + result.text + "held      " + grouped(search.highest_held()) + " streams; " +
            (search.lowest_broken() ? grouped(*search.lowest_broken()) + " did not: " + reason : "--max is reached") +
            "\n";
        result.faults = search.highest_held() == 0 ? "no number of streams held: " + reason : "";
        return result;
    }
};

} // namespace

void add_scale_command(cli_command& program, command_body& selected)
{
    auto command = program.add_subcommand("scale", "find the highest number of streams that meets the objectives");
    const auto body = std::make_shared<scale_command>();
    body->options.add_to(command, false);
    command.add("--from", body->first, "first number of streams").show_default().range(1U, 10'000'000U);
    command.add("--max", body->most, "highest number of streams").show_default().range(1U, 10'000'000U);
    add_share(command, "--precision", body->precision,
              "end the search when the lowest failed number is at most this share above the highest that held");
    command.add("--tries", body->tries, "maximum number of attempts for a number that does not hold")
        .show_default()
        .range(1U, 100U);
    add_duration(command, "--for", body->duration, "length of each measurement");
    add_duration(command, "--max-p99", body->max_p99, "objective: the maximum lateness of 99 % of the events");
    command.add("--max-memory", body->max_memory, "objective: the maximum PSS of the server, e.g. 4GiB")
        .size()
        .default_text("none");
    command.on_selected([body, &selected] {
        body->options.streams = body->first;
        selected = scenario_command("scale", body);
    });
}

} // namespace bench
