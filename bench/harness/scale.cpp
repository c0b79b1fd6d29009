// scale: how many streams until an objective breaks?

#include <boost/json/array.hpp>
#include <memory>
#include <sstream>

#include "harness/command.hpp"
#include "harness/duration.hpp"
#include "harness/hold.hpp"
#include "harness/interrupt.hpp"
#include "harness/machine.hpp"
#include "harness/scale_search.hpp"
#include "harness/share.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

constexpr double usable_memory = 0.85; // of what the machine has left; beyond, the kernel would end processes

struct scale_step
{
    std::uint32_t streams = 0;
    std::string broken;                    ///< why, in words; empty: it held
    std::unique_ptr<hold_figures> figures; ///< none if it was not tried
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
    std::uint64_t max_memory = 0; ///< of the server, bytes; 0: no objective

    /// Why it did not hold, in words.
    std::string broken(const hold_figures& figures) const
    {
        if (auto faults = figures.faults(); !faults.empty()) {
            return faults;
        }
        if (const std::chrono::nanoseconds p99(figures.measured.window.lateness.quantile(0.99)); p99 > max_p99) {
            return "p99 of the lateness is " + to_text(p99) + ", not " + to_text(max_p99);
        }
        if (max_memory > 0 && static_cast<std::uint64_t>(figures.after.server.pss) > max_memory) {
            return "the server has " + grouped(static_cast<std::uint64_t>(figures.after.server.pss)) + " bytes, not " +
                   grouped(max_memory);
        }
        return is_client_bottleneck(figures.measured) ? "the client is the bottleneck: more can't be measured" : "";
    }

    /// The machine must survive it.
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
            step.broken = "the machine's memory would not suffice";
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
            (*figures)->before.server = empty.server; // what a server keeps of those who left is theirs who come
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
        settings.shown.say(table_head());
        while (const auto streams = search.next()) {
            auto step = try_one(*streams, settings, last.get(), empty);
            if (!step) {
                return tl::unexpected(step.error());
            }
            if (interrupted()) {
                break;
            }
            search.note(step->broken.empty());
            settings.shown.say(table_line(*step));
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
        result.text = table_head() + "\n" + result.text + "held      " + grouped(search.highest_held()) + " streams; " +
                      (search.lowest_broken() ? grouped(*search.lowest_broken()) + " did not: " + reason
                                              : "more were not asked for") +
                      "\n";
        result.faults = search.highest_held() == 0 ? "no number of streams held: " + reason : "";
        return result;
    }
};

} // namespace

void add_scale_command(cli_command& program, command_body& chosen)
{
    auto command = program.add_subcommand("scale", "raise the number of streams until an objective breaks");
    const auto body = std::make_shared<scale_command>();
    body->options.add_to(command, false);
    command.add("--from", body->first, "streams to begin with").show_default().range(1U, 10'000'000U);
    command.add("--max", body->most, "streams to end with").show_default().range(1U, 10'000'000U);
    add_share(command, "--precision", body->precision, "how near what held and what broke must come");
    command.add("--tries", body->tries, "a number that does not hold is tried so many times")
        .show_default()
        .range(1U, 100U);
    add_duration(command, "--for", body->duration, "how long each number is held");
    add_duration(command, "--max-p99", body->max_p99, "objective: the lateness that 99 % of events must not exceed");
    command.add("--max-memory", body->max_memory, "objective: the server's PSS, e.g. 4GiB").size().default_text("none");
    command.when_chosen([body, &chosen] {
        body->options.streams = body->first;
        chosen = [body] { return run_scenario("scale", body->options, [body](scenario& s) { return body->run(s); }); };
    });
}

} // namespace bench
