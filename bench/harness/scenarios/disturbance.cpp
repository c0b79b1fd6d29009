#include "harness/scenarios/disturbance.hpp"

#include "harness/support/text.hpp"

namespace bench {

boost::json::object disturbance_result::json(const scenario& settings) const
{
    const bool has_server = !settings.servers.empty();
    boost::json::object result;
    add_totals(result, settings.plan, after, statuses);
    add_measurement(result, disturbed, has_server);
    add_memory(result, memory_empty, memory_disturbed, after.live, has_server);
    result["p99_ratio"] = ratio(static_cast<double>(disturbed.window.lateness.quantile(0.99)),
                                static_cast<double>(baseline.window.lateness.quantile(0.99)));
    result["pss_growth_bytes"] = has_server
                                     ? boost::json::value(memory_disturbed.server.pss - memory_baseline.server.pss)
                                     : boost::json::value(nullptr);
    boost::json::object without;
    add_measurement(without, baseline, has_server);
    result["baseline"] = std::move(without);
    return result;
}

std::string disturbance_result::text(const scenario& settings) const
{
    const bool has_server = !settings.servers.empty();
    std::string text = "-- baseline\n" + measurement_text(baseline, settings.plan, has_server) + "-- disturbed\n" +
                       measurement_text(disturbed, settings.plan, has_server) +
                       memory_text(memory_empty, memory_disturbed, after.live, has_server);
    if (has_server) {
        text += "          PSS of the server changed by " +
                fixed(static_cast<double>(memory_disturbed.server.pss - memory_baseline.server.pss) / 1024, 0) +
                " KiB during the disturbance\n";
    }
    return text;
}

tl::expected<std::unique_ptr<disturbance_result>, std::string>
measure_disturbance(const scenario& settings, std::chrono::nanoseconds duration,
                    const std::function<load_result(load_session&)>& disturbed)
{
    auto result = std::make_unique<disturbance_result>();
    result->memory_empty = memory_sample::of(settings.servers);
    load_session session(settings.plan, settings.servers, settings.shown);
    if (const auto ramp = session.ramp(); !ramp) {
        return tl::unexpected(ramp.error());
    }
    if (const auto settled = session.wait(settings.settle, "settling"); !settled) {
        return tl::unexpected(settled.error());
    }
    const auto baseline = session.measure(duration, "baseline");
    if (!baseline) {
        return tl::unexpected(baseline.error());
    }
    result->baseline = **baseline;
    result->memory_baseline = memory_sample::of(settings.servers);
    result->before = session.totals();
    const auto measured = disturbed(session);
    if (!measured) {
        return tl::unexpected(measured.error());
    }
    result->disturbed = **measured;
    if (const auto back = session.wait_for_reconnects(); !back) {
        return tl::unexpected(back.error());
    }
    result->memory_disturbed = memory_sample::of(settings.servers);
    result->after = session.totals();
    result->statuses = session.statuses();
    return result;
}

} // namespace bench
