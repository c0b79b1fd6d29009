#include "harness/figures/figures.hpp"

#include <algorithm>
#include <cmath>
#include <sched.h>
#include <sstream>

#include "harness/support/duration.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr double busy_share = 0.9; // share of a core

double ms(std::int64_t ns)
{
    return static_cast<double>(ns) / 1e6;
}

boost::json::value if_known(bool is_known, const boost::json::value& value)
{
    return is_known ? value : boost::json::value(nullptr);
}

std::string rounded(double number)
{
    return grouped(static_cast<std::uint64_t>(std::llround(std::max(number, 0.0))));
}

double usable_cores()
{
    cpu_set_t usable;
    CPU_ZERO(&usable);
    return ::sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 1;
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

boost::json::value ratio(double a, double b)
{
    return b > 0 ? boost::json::value(a / b) : boost::json::value(nullptr);
}

std::string quantiles_text(const histogram& times)
{
    if (times.count() == 0) {
        return "none measured";
    }
    return "p50 " + fixed(ms(times.quantile(0.5)), 3) + "  p99 " + fixed(ms(times.quantile(0.99)), 3) + "  p99.9 " +
           fixed(ms(times.quantile(0.999)), 3) + "  max " + fixed(ms(times.max()), 3) + " ms";
}

void add_quantiles(boost::json::object& to, const std::string& prefix, const histogram& times)
{
    const bool has_any = times.count() > 0;
    to[prefix + "p50_ms"] = if_known(has_any, ms(times.quantile(0.5)));
    to[prefix + "p99_ms"] = if_known(has_any, ms(times.quantile(0.99)));
    to[prefix + "p999_ms"] = if_known(has_any, ms(times.quantile(0.999)));
    to[prefix + "max_ms"] = if_known(has_any, ms(times.max()));
}

boost::json::object reasons(const std::array<std::uint64_t, failure_count>& counts, const status_counts& statuses)
{
    boost::json::object result;
    for (std::size_t i = 0; i < failure_count; ++i) {
        if (counts[i] > 0 && static_cast<failure>(i) != failure::not_200) {
            result[name_of(static_cast<failure>(i))] = counts[i];
        }
    }
    for (const auto& [status, count] : statuses) {
        result["status_" + std::to_string(status)] = count;
    }
    return result;
}

std::string faults_of(const load_totals& totals, const status_counts& statuses)
{
    std::string text;
    const auto add = [&text](std::uint64_t count, const std::string& what) {
        if (count > 0) {
            text += (text.empty() ? "" : "; ") + grouped(count) + " " + what;
        }
    };
    add(totals.all_failed(), "streams failed (" + listed(reasons(totals.failed, statuses)) + ")");
    add(totals.lost, "events lost");
    add(totals.repeated, "events repeated");
    add(totals.out_of_order, "events out of order");
    add(totals.misdirected, "events of another topic");
    return text;
}

void add_totals(boost::json::object& to, const load_plan& plan, const load_totals& totals,
                const status_counts& statuses)
{
    to["streams"] = plan.streams;
    to["live"] = totals.live;
    to["failed"] = totals.all_failed();
    to["failures"] = reasons(totals.failed, statuses);
    to["streams_with_events"] = totals.with_events;
    to["lost"] = totals.lost;
    to["repeated"] = totals.repeated;
    to["out_of_order"] = totals.out_of_order;
    to["misdirected"] = totals.misdirected;
    to["lost_ids"] = totals.lost_ids;
    to["missed_ticks"] = totals.missed_ticks;
    to["extra"] = totals.extra;
    to["events_without_time"] = totals.without_time;
    to["period_ms"] = if_known(plan.period.count() > 0, ms(plan.period.count()));
    to["client_processes"] = plan.processes;
}

void add_measurement(boost::json::object& to, const load_measurement& measured, bool has_server)
{
    const auto events = static_cast<double>(measured.window.events);
    to["hold_s"] = measured.seconds;
    to["events"] = measured.window.events;
    to["events_per_s"] = ratio(events, measured.seconds);
    add_quantiles(to, "", measured.window.lateness);
    add_quantiles(to, "delivery_", measured.window.delivery);
    to["server_cpu_s"] = if_known(has_server, measured.server.total);
    to["server_user_s"] = if_known(has_server, measured.server.user());
    to["server_system_s"] = if_known(has_server, measured.server.system());
    to["events_per_cpu_s"] = if_known(has_server, ratio(events, measured.server.total));
    to["user_us_per_event"] = if_known(has_server, ratio(measured.server.user() * 1e6, events));
    to["cpu_us_per_event"] = if_known(has_server, ratio(measured.server.total * 1e6, events));
    to["client_cpu_s"] = measured.client.total;
    to["client_us_per_event"] = ratio(measured.client.total * 1e6, events);
    to["client_busiest_core"] = measured.busiest_client;
    to["client_is_bottleneck"] = is_client_bottleneck(measured);
}

std::string measurement_text(const load_measurement& measured, const load_plan& plan, bool has_server)
{
    const auto events = static_cast<double>(measured.window.events);
    const auto of_events = [events](double seconds) { return events > 0 ? fixed(seconds * 1e6 / events, 2) : "-"; };
    std::ostringstream out;
    out << "events    " << grouped(measured.window.events) << " in " << fixed(measured.seconds, 2) << " s, "
        << rounded(measured.seconds > 0 ? events / measured.seconds : 0) << " a second\n";
    if (plan.period.count() > 0) {
        out << "lateness  " << quantiles_text(measured.window.lateness)
            << "  (relative to the schedule of each stream, one event every " << to_text(plan.period) << ")\n";
    }
    out << "delivery  " << quantiles_text(measured.window.delivery) << "  (from the timestamp to the arrival)\n";
    if (has_server) {
        out << "server    " << fixed(measured.server.total, 2) << " s of CPU: user " << fixed(measured.server.user(), 2)
            << ", system " << fixed(measured.server.system(), 2) << "; "
            << rounded(measured.server.total > 0 ? events / measured.server.total : 0)
            << " events per CPU-second, user " << of_events(measured.server.user()) << " us per event\n";
    }
    out << "client    " << fixed(measured.client.total, 2) << " s of CPU, " << of_events(measured.client.total)
        << " us per event; " << plan.processes << (plan.processes == 1 ? " process" : " processes")
        << ", the busiest at " << fixed(measured.busiest_client * 100, 0) << " % of a core\n";
    if (is_client_bottleneck(measured)) {
        out << "warning   the client was the bottleneck: lateness and rates are those of the client, not of the "
               "server\n";
    }
    if (plan.period.count() == 0) {
        out << "warning   the period is not known (--period): stalls and missing events cannot be detected\n";
    }
    return out.str();
}

bool is_client_bottleneck(const load_measurement& measured)
{
    return measured.busiest_client > busy_share ||
           (measured.seconds > 0 && measured.client.total > busy_share * measured.seconds * usable_cores());
}

void add_memory(boost::json::object& to, const memory_sample& before, const memory_sample& after, std::uint64_t streams,
                bool has_server)
{
    const auto count = static_cast<double>(streams);
    const auto growth = [count](std::int64_t from, std::int64_t until) {
        return ratio(static_cast<double>(until - from), count);
    };
    to["pss_bytes"] = if_known(has_server, after.server.pss);
    to["rss_bytes"] = if_known(has_server, after.server.rss);
    to["pss_bytes_per_stream"] = if_known(has_server, growth(before.server.pss, after.server.pss));
    to["rss_bytes_per_stream"] = if_known(has_server, growth(before.server.rss, after.server.rss));
    to["slab_bytes_per_stream"] = growth(before.machine.slab, after.machine.slab);
    to["tcp_buffer_bytes_per_stream"] = growth(before.machine.tcp, after.machine.tcp);
    to["machine_bytes_per_stream"] = growth(after.machine.available, before.machine.available);
}

std::string memory_text(const memory_sample& before, const memory_sample& after, std::uint64_t streams, bool has_server)
{
    const auto growth = [streams](std::int64_t from, std::int64_t until) {
        return fixed(static_cast<double>(until - from) / static_cast<double>(std::max<std::uint64_t>(streams, 1)), 0);
    };
    std::string text = "memory    ";
    if (has_server) {
        text += "server " + growth(before.server.pss, after.server.pss) + " bytes per stream (PSS), ";
    }
    return text + "kernel " + growth(before.machine.slab, after.machine.slab) + " (slab, both ends)\n";
}

} // namespace bench
