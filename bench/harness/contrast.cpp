#include "harness/contrast.hpp"

#include "harness/text.hpp"

namespace bench {

boost::json::object contrast::json(const scenario& settings) const
{
    const bool has_server = !settings.servers.empty();
    boost::json::object result;
    add_totals(result, settings.plan, after, statuses);
    add_measurement(result, with, has_server);
    add_memory(result, memory_empty, memory_with, after.live, has_server);
    result["p99_ratio"] = ratio(static_cast<double>(with.window.lateness.quantile(0.99)),
                                static_cast<double>(without.window.lateness.quantile(0.99)));
    result["pss_growth_bytes"] = has_server ? boost::json::value(memory_with.server.pss - memory_without.server.pss)
                                            : boost::json::value(nullptr);
    boost::json::object undisturbed;
    add_measurement(undisturbed, without, has_server);
    result["without"] = std::move(undisturbed);
    return result;
}

std::string contrast::text(const scenario& settings) const
{
    const bool has_server = !settings.servers.empty();
    std::string text = "-- without\n" + measurement_text(without, settings.plan, has_server) + "-- with\n" +
                       measurement_text(with, settings.plan, has_server) +
                       memory_text(memory_empty, memory_with, after.live, has_server);
    if (has_server) {
        text += "          the server's PSS changed by " +
                fixed(static_cast<double>(memory_with.server.pss - memory_without.server.pss) / 1024, 0) +
                " KiB meanwhile\n";
    }
    return text;
}

tl::expected<std::unique_ptr<contrast>, std::string>
measure_contrast(const scenario& settings, std::chrono::nanoseconds duration,
                 const std::function<load_result(load_session&)>& disturbed)
{
    auto result = std::make_unique<contrast>();
    result->memory_empty = memory_sample::of(settings.servers);
    load_session session(settings.plan, settings.servers, settings.shown);
    if (const auto ramp = session.ramp(); !ramp) {
        return tl::unexpected(ramp.error());
    }
    if (const auto settled = session.wait(settings.settle, "settling"); !settled) {
        return tl::unexpected(settled.error());
    }
    const auto without = session.measure(duration, "undisturbed");
    if (!without) {
        return tl::unexpected(without.error());
    }
    result->without = **without;
    result->memory_without = memory_sample::of(settings.servers);
    result->before = session.totals();
    const auto with = disturbed(session);
    if (!with) {
        return tl::unexpected(with.error());
    }
    result->with = **with;
    if (const auto back = session.wait_for_returns(); !back) {
        return tl::unexpected(back.error());
    }
    result->memory_with = memory_sample::of(settings.servers);
    result->after = session.totals();
    result->statuses = session.statuses();
    return result;
}

} // namespace bench
