#include <rill/pubsub/backplane_stats.hpp>

#include <algorithm>
#include <span>

namespace rill::pubsub {

namespace {

constexpr double microseconds_per_second = 1e6;

void write_latency(metrics_writer& out, const backplane_stats& stats, std::string_view name)
{
    std::array<double, append_latency_bounds.size()> bounds{};
    std::ranges::transform(append_latency_bounds, bounds.begin(),
                           [](std::uint64_t bound) { return static_cast<double>(bound) / microseconds_per_second; });
    std::array<std::uint64_t, append_latency_bounds.size() + 1> counts{};
    auto slower = stats.appended;
    for (std::size_t i = 0; i != stats.append_latency.size(); ++i) {
        counts[i] = stats.append_latency[i];
        slower -= std::min(slower, stats.append_latency[i]);
    }
    counts.back() = slower;
    out.histogram("rill_log_append_seconds", "Time from the append of an event to the acknowledgment of the log.",
                  bounds, counts, static_cast<double>(stats.append_latency_sum.count()) / microseconds_per_second,
                  {{"log", name}});
}

} // namespace

void backplane_stats::count_acknowledged(std::chrono::steady_clock::duration latency) noexcept
{
    const auto time = std::chrono::duration_cast<std::chrono::microseconds>(latency);
    const auto bound = std::ranges::lower_bound(append_latency_bounds, static_cast<std::uint64_t>(time.count()));
    ++appended;
    append_latency_sum += time;
    if (bound != append_latency_bounds.end()) {
        ++append_latency[static_cast<std::size_t>(bound - append_latency_bounds.begin())];
    }
}

void write_metrics(metrics_writer& out, const backplane_stats& stats, std::string_view name)
{
    const auto counter = [&](std::string_view metric, std::string_view help, std::uint64_t value) {
        out.counter(metric, help, static_cast<double>(value), {{"log", name}});
    };
    const auto gauge = [&](std::string_view metric, std::string_view help, std::uint64_t value) {
        out.gauge(metric, help, static_cast<double>(value), {{"log", name}});
    };
    counter("rill_log_appended_total", "Events that the log has acknowledged.", stats.appended);
    counter("rill_log_append_failures_total", "Events that the log has not appended.", stats.append_failures);
    counter("rill_log_unknown_outcomes_total", "Events that the log may have appended.", stats.unknown_outcomes);
    counter("rill_log_read_failures_total", "Reads of the past that failed.", stats.read_failures);
    counter("rill_log_reconnects_total", "Connections to the log after the first one.", stats.reconnects);
    counter("rill_log_gaps_total", "Points at which events of the log may be missing.", stats.gaps);
    gauge("rill_log_pending_appends", "Events that wait for the log.", stats.pending_appends);
    gauge("rill_log_reader_lag", "Events of the log that no reader has got.", stats.reader_lag);
    gauge("rill_log_connected", "Whether the log is connected.", stats.connected ? 1 : 0);
    write_latency(out, stats, name);
}

} // namespace rill::pubsub
