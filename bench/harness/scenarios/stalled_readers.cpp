#include "harness/scenarios/stalled_readers.hpp"

#include "harness/scenarios/disturbance.hpp"
#include "harness/scenarios/server_stats.hpp"
#include "harness/support/clock.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

// in this time the clients must notice the streams that the server ended
constexpr std::int64_t settling_time = 10'000'000'000;
constexpr std::int64_t pause = 50'000'000;

/// The number of ended streams, counted by the server and by the clients.
struct ended_streams
{
    boost::json::object counted;
    std::uint64_t seen = 0;

    std::string fault() const
    {
        return sum_of(counted) == seen ? ""
                                       : "the server counted " + grouped(sum_of(counted)) +
                                             " ended streams, the clients saw " + grouped(seen);
    }
};

std::uint64_t count_ended(const load_totals& totals)
{
    return totals.evicted + totals.failed[static_cast<std::size_t>(failure::ended)] +
           totals.failed[static_cast<std::size_t>(failure::reset)];
}

tl::expected<ended_streams, std::string> compare_ended(const server_stats& counts, const load_session& session)
{
    const auto deadline = now_ns() + settling_time;
    for (;;) {
        auto counted = counts.now();
        if (!counted) {
            return tl::unexpected(counted.error());
        }
        ended_streams found{std::move(*counted), count_ended(session.totals())};
        if (found.fault().empty() || now_ns() > deadline || interrupted()) {
            return found;
        }
        sleep_ns(pause);
    }
}

std::uint64_t count_stalled(const load_plan& plan)
{
    std::uint64_t sum = 0;
    for (unsigned number = 0; number < plan.processes; ++number) {
        for (std::uint32_t index = 0; index < share_of(plan.streams, plan.processes, number); ++index) {
            sum += plan.is_stalled(index) ? 1 : 0;
        }
    }
    return sum;
}

scenario_result result_of(const disturbance_result& figures, const scenario& settings, const stalled_options& how)
{
    scenario_result result{figures.json(settings), figures.text(settings), faults_of(figures.after, figures.statuses)};
    result.figures["share"] = how.share;
    result.figures["stalled"] = figures.after.stalled;
    result.figures["evicted"] = figures.after.evicted;
    result.figures["pss_growth_bytes_per_stalled"] =
        settings.servers.empty()
            ? boost::json::value(nullptr)
            : ratio(static_cast<double>(figures.memory_disturbed.server.pss - figures.memory_baseline.server.pss),
                    static_cast<double>(figures.after.stalled));
    result.text += "slow      " + grouped(figures.after.stalled) + " streams stalled, the server closed " +
                   grouped(figures.after.evicted) + " of them\n";
    return result;
}

void add_ended(scenario_result& result, const ended_streams& found)
{
    std::string list;
    for (const auto& [name, count] : found.counted) {
        list += (list.empty() ? "" : ", ") + grouped(count.to_number<std::uint64_t>()) + " " + std::string(name);
    }
    result.figures["ended_by_reason"] = found.counted;
    result.text += "          ended streams by the server's own counters: " + (list.empty() ? "none" : list) + "\n";
    if (const auto fault = found.fault(); !fault.empty()) {
        result.faults += (result.faults.empty() ? "" : "; ") + fault;
    }
}

} // namespace

tl::expected<scenario_result, std::string> measure_stalled(scenario& settings, const stalled_options& how,
                                                           std::chrono::nanoseconds duration)
{
    settings.plan.stalled_share = how.share;
    settings.plan.stalled_receive_buffer = how.buffer;
    if (count_stalled(settings.plan) == 0) {
        return tl::unexpected(fixed(how.share * 100, 3) + "% of the streams of a process is less than one stream");
    }
    server_stats counts(settings.plan.to, how.stats);
    if (const auto begun = counts.begin(); !begun) {
        return tl::unexpected(begun.error());
    }
    ended_streams found;
    const auto figures = measure_disturbance(settings, duration, [&](load_session& session) -> load_result {
        if (const auto stalled = session.stall(); !stalled) {
            return tl::unexpected(stalled.error());
        }
        auto measured = session.measure(duration, "with stalled streams");
        if (counts.is_known() && measured) {
            auto compared = compare_ended(counts, session);
            if (!compared) {
                return tl::unexpected(compared.error());
            }
            found = std::move(*compared);
        }
        return measured;
    });
    if (!figures) {
        return tl::unexpected(figures.error());
    }
    auto result = result_of(**figures, settings, how);
    if (counts.is_known()) {
        add_ended(result, found);
    }
    return result;
}

} // namespace bench
