#include "harness/hold_figures.hpp"

#include <sstream>

#include "harness/duration.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

constexpr double busy_share = 0.9; // of a core

double ms(std::int64_t ns)
{
    return static_cast<double>(ns) / 1e6;
}

/// 0/0 is nothing.
boost::json::value ratio(double a, double b)
{
    return b > 0 ? boost::json::value(a / b) : boost::json::value(nullptr);
}

void add_quantiles(boost::json::object& to, const std::string& prefix, const histogram& times)
{
    const bool has_any = times.count() > 0;
    const auto put = [&](const char* name, std::int64_t ns) {
        to[prefix + name] = has_any ? boost::json::value(ms(ns)) : boost::json::value(nullptr);
    };
    put("p50_ms", times.quantile(0.5));
    put("p99_ms", times.quantile(0.99));
    put("p999_ms", times.quantile(0.999));
    put("max_ms", times.max());
}

std::string quantiles(const histogram& times)
{
    if (times.count() == 0) {
        return "none measured";
    }
    return "p50 " + fixed(ms(times.quantile(0.5)), 3) + "  p99 " + fixed(ms(times.quantile(0.99)), 3) + "  p99.9 " +
           fixed(ms(times.quantile(0.999)), 3) + "  max " + fixed(ms(times.max()), 3) + " ms";
}

/// Reasons with counts, statuses apart: {"refused": 3, "status_500": 1}.
boost::json::object failures(const load_totals& totals)
{
    boost::json::object result;
    for (std::size_t i = 0; i < failure_count; ++i) {
        if (totals.failed[i] > 0 && static_cast<failure>(i) != failure::not_200) {
            result[name_of(static_cast<failure>(i))] = totals.failed[i];
        }
    }
    for (std::size_t status = 0; status < totals.statuses.size(); ++status) {
        if (totals.statuses[status] > 0) {
            result["status_" + std::to_string(status)] = totals.statuses[status];
        }
    }
    return result;
}

std::string listed(const boost::json::object& counts)
{
    std::string text;
    for (const auto& [name, count] : counts) {
        text += (text.empty() ? "" : ", ") + grouped(count.to_number<std::uint64_t>()) + " " + std::string(name);
    }
    return text;
}

} // namespace

std::string hold_figures::faults() const
{
    std::string text;
    const auto add = [&text](std::uint64_t count, const std::string& what) {
        if (count > 0) {
            text += (text.empty() ? "" : "; ") + grouped(count) + " " + what;
        }
    };
    add(totals.all_failed(), "streams failed (" + listed(failures(totals)) + ")");
    add(totals.lost, "events lost");
    add(totals.repeated, "events repeated");
    add(totals.out_of_order, "events out of order");
    return text;
}

bool hold_figures::is_client_bottleneck() const
{
    return measured.busiest_client > busy_share ||
           (measured.seconds > 0 &&
            measured.client.total > busy_share * measured.seconds * machine::here().usable_cores);
}

boost::json::object hold_figures::json() const
{
    const auto live = static_cast<double>(totals.live);
    const auto events = static_cast<double>(measured.window.events);
    const auto if_server = [this](const boost::json::value& value) {
        return has_server ? value : boost::json::value(nullptr);
    };
    boost::json::object result{
        {"command", "hold"},
        {"url", plan.to.url()},
        {"streams", plan.streams},
        {"live", totals.live},
        {"failed", totals.all_failed()},
        {"failures", failures(totals)},
        {"streams_with_events", totals.with_events},
        {"ramp_s", ramp_seconds},
        {"ramp_per_s", ratio(static_cast<double>(totals.answered), ramp_seconds)},
        {"hold_s", measured.seconds},
        {"events", measured.window.events},
        {"events_per_s", ratio(events, measured.seconds)},
        {"lost", totals.lost},
        {"repeated", totals.repeated},
        {"out_of_order", totals.out_of_order},
        {"lost_ids", totals.lost_ids},
        {"missed_beats", totals.missed_beats},
        {"extra", totals.extra},
        {"events_without_time", totals.without_time},
        {"period_ms",
         plan.period.count() > 0 ? boost::json::value(ms(plan.period.count())) : boost::json::value(nullptr)},
    };
    add_quantiles(result, "", measured.window.lateness);
    add_quantiles(result, "delivery_", measured.window.delivery);
    add_quantiles(result, "answer_", answer_time);
    result["server_cpu_s"] = if_server(measured.server.total);
    result["server_user_s"] = if_server(measured.server.user());
    result["server_system_s"] = if_server(measured.server.system());
    result["events_per_cpu_s"] = if_server(ratio(events, measured.server.total));
    result["user_us_per_event"] = if_server(ratio(measured.server.user() * 1e6, events));
    result["cpu_us_per_event"] = if_server(ratio(measured.server.total * 1e6, events));
    result["pss_bytes"] = if_server(server_after.pss);
    result["rss_bytes"] = if_server(server_after.rss);
    result["pss_bytes_per_stream"] = if_server(ratio(static_cast<double>(server_after.pss - server_before.pss), live));
    result["rss_bytes_per_stream"] = if_server(ratio(static_cast<double>(server_after.rss - server_before.rss), live));
    result["slab_bytes_per_stream"] = ratio(static_cast<double>(machine_after.slab - machine_before.slab), live);
    result["tcp_buffer_bytes_per_stream"] = ratio(static_cast<double>(machine_after.tcp - machine_before.tcp), live);
    result["machine_bytes_per_stream"] =
        ratio(static_cast<double>(machine_before.available - machine_after.available), live);
    result["client_processes"] = plan.processes;
    result["client_cpu_s"] = measured.client.total;
    result["client_us_per_event"] = ratio(measured.client.total * 1e6, events);
    result["client_busiest_core"] = measured.busiest_client;
    result["client_is_bottleneck"] = is_client_bottleneck();
    result["client_pss_bytes_per_stream"] = ratio(static_cast<double>(client_after.pss), live);
    result["interrupted"] = was_interrupted;
    result["ok"] = faults().empty();
    result["machine"] = machine::here().json();
    return result;
}

std::string hold_figures::text() const
{
    const auto live = static_cast<double>(std::max<std::uint64_t>(totals.live, 1));
    const auto events = static_cast<double>(std::max<std::uint64_t>(measured.window.events, 1));
    const auto per_stream = [live](std::int64_t bytes) { return fixed(static_cast<double>(bytes) / live, 0) + " B"; };
    std::ostringstream out;
    out << "machine   " << machine::here().text() << '\n';
    out << "streams   " << grouped(totals.live) << " live of " << grouped(plan.streams) << ", "
        << grouped(totals.all_failed()) << " failed\n";
    out << "ramp      " << fixed(ramp_seconds, 2) << " s, "
        << grouped(static_cast<std::uint64_t>(static_cast<double>(totals.answered) / std::max(ramp_seconds, 1e-3)))
        << " streams/s; answered after " << quantiles(answer_time) << '\n';
    out << "events    " << grouped(measured.window.events) << " in " << fixed(measured.seconds, 2) << " s, "
        << grouped(static_cast<std::uint64_t>(events / std::max(measured.seconds, 1e-3))) << "/s; lost "
        << grouped(totals.lost) << ", repeated " << grouped(totals.repeated) << ", out of order "
        << grouped(totals.out_of_order) << '\n';
    if (plan.period.count() > 0) {
        out << "lateness  " << quantiles(measured.window.lateness) << "  (behind each stream's beat of "
            << to_text(plan.period) << ")\n";
    }
    out << "delivery  " << quantiles(measured.window.delivery) << "  (from the timestamp to the arrival)\n";
    if (has_server) {
        out << "server    CPU " << fixed(measured.server.total, 2) << " s: user " << fixed(measured.server.user(), 2)
            << ", system " << fixed(measured.server.system(), 2) << "; "
            << grouped(static_cast<std::uint64_t>(events / std::max(measured.server.total, 1e-6)))
            << " events/CPU-s, user " << fixed(measured.server.user() * 1e6 / events, 2) << " us/event\n";
    }
    out << "memory    ";
    if (has_server) {
        out << "server " << per_stream(server_after.pss - server_before.pss) << " a stream (PSS), ";
    }
    out << "kernel " << per_stream(machine_after.slab - machine_before.slab) << " (slab, both ends), client "
        << per_stream(client_after.pss) << '\n';
    out << "client    " << plan.processes << (plan.processes == 1 ? " process" : " processes") << ", CPU "
        << fixed(measured.client.total, 2) << " s, " << fixed(measured.client.total * 1e6 / events, 2)
        << " us/event, the busiest " << fixed(measured.busiest_client * 100, 0) << " % of a core\n";
    if (is_client_bottleneck()) {
        out << "warning   the client was the bottleneck: lateness and rates are its own, not the server's\n";
    }
    if (plan.period.count() == 0) {
        out << "warning   no period is known (--period): a stalled server, and events that never came, can't be seen\n";
    }
    const auto bad = faults();
    out << "result    " << (bad.empty() ? "good" : "FAULTY: " + bad) << (was_interrupted ? " (interrupted)" : "")
        << '\n';
    return out.str();
}

} // namespace bench
