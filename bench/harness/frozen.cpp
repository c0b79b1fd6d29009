#include "harness/frozen.hpp"

#include "harness/clock.hpp"
#include "harness/contrast.hpp"
#include "harness/interrupt.hpp"
#include "harness/server_counts.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

constexpr std::int64_t settling_time = 10'000'000'000; // for what the server has ended to be seen by the clients
constexpr std::int64_t pause = 50'000'000;

/// What the server counted, and how many ends the clients had seen by then.
struct ends
{
    boost::json::object counted;
    std::uint64_t seen = 0;

    std::string fault() const
    {
        return sum_of(counted) == seen ? ""
                                       : "the server counted " + grouped(sum_of(counted)) + " streams that it ended, " +
                                             grouped(seen) + " were seen to end";
    }
};

std::uint64_t seen_to_end(const load_totals& totals)
{
    return totals.evicted + totals.failed[static_cast<std::size_t>(failure::ended)] +
           totals.failed[static_cast<std::size_t>(failure::reset)];
}

tl::expected<ends, std::string> compare_ends(const server_counts& counts, const load_session& session)
{
    const auto deadline = now_ns() + settling_time;
    for (;;) {
        auto counted = counts.now();
        if (!counted) {
            return tl::unexpected(counted.error());
        }
        ends found{std::move(*counted), seen_to_end(session.totals())};
        if (found.fault().empty() || now_ns() > deadline || interrupted()) {
            return found;
        }
        sleep_ns(pause);
    }
}

std::uint64_t streams_to_freeze(const load_plan& plan)
{
    std::uint64_t sum = 0;
    for (unsigned number = 0; number < plan.processes; ++number) {
        for (std::uint32_t index = 0; index < share_of(plan.streams, plan.processes, number); ++index) {
            sum += plan.is_to_freeze(index) ? 1 : 0;
        }
    }
    return sum;
}

scenario_result result_of(const contrast& figures, const scenario& settings, const frozen_options& how)
{
    scenario_result result{figures.json(settings), figures.text(settings), faults_of(figures.after, figures.statuses)};
    result.figures["share"] = how.share;
    result.figures["frozen"] = figures.after.frozen;
    result.figures["evicted"] = figures.after.evicted;
    result.figures["pss_growth_bytes_per_frozen"] =
        settings.servers.empty()
            ? boost::json::value(nullptr)
            : ratio(static_cast<double>(figures.memory_with.server.pss - figures.memory_without.server.pss),
                    static_cast<double>(figures.after.frozen));
    result.text += "slow      " + grouped(figures.after.frozen) + " stopped reading, the server closed " +
                   grouped(figures.after.evicted) + " of them\n";
    return result;
}

void add_ends(scenario_result& result, const ends& found)
{
    std::string list;
    for (const auto& [name, count] : found.counted) {
        list += (list.empty() ? "" : ", ") + grouped(count.to_number<std::uint64_t>()) + " " + std::string(name);
    }
    result.figures["ended_by_reason"] = found.counted;
    result.text += "          by its own count: " + (list.empty() ? "none" : list) + "\n";
    if (const auto fault = found.fault(); !fault.empty()) {
        result.faults += (result.faults.empty() ? "" : "; ") + fault;
    }
}

} // namespace

tl::expected<scenario_result, std::string> measure_frozen(scenario& settings, const frozen_options& how,
                                                          std::chrono::nanoseconds duration)
{
    settings.plan.frozen_share = how.share;
    settings.plan.frozen_buffer = how.buffer;
    if (streams_to_freeze(settings.plan) == 0) {
        return tl::unexpected(fixed(how.share * 100, 3) +
                              "% of the streams of a process is not one: nothing would freeze");
    }
    server_counts counts(settings.plan.to, how.stats);
    if (const auto begun = counts.begin(); !begun) {
        return tl::unexpected(begun.error());
    }
    ends found;
    const auto figures = measure_contrast(settings, duration, [&](load_session& session) -> load_result {
        if (const auto frozen = session.freeze(); !frozen) {
            return tl::unexpected(frozen.error());
        }
        auto measured = session.measure(duration, "some frozen");
        if (counts.is_known() && measured) {
            auto compared = compare_ends(counts, session);
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
        add_ends(result, found);
    }
    return result;
}

} // namespace bench
