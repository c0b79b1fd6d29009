#include "harness/comparison/summary.hpp"

#include <algorithm>

namespace bench {

namespace {

/// Returns the valid run of `server` in a round, or null.
const comparison_run* valid_run(const comparison& all, const std::string& server, const compared_load& asked,
                                unsigned round)
{
    const auto found = std::find_if(all.runs.begin(), all.runs.end(), [&](const auto& run) {
        return run.server == server && run.asked == asked && run.round == round && run.failure.empty();
    });
    return found == all.runs.end() ? nullptr : &*found;
}

std::optional<median_range> ratios_to_floor(const comparison& all, const std::string& server,
                                            const compared_load& asked)
{
    std::vector<double> ratios;
    for (unsigned round = 1; round <= all.rounds; ++round) {
        const auto* own = valid_run(all, server, asked, round);
        const auto* floor = valid_run(all, all.floor, asked, round);
        if (own != nullptr && floor != nullptr && floor->measured.events_per_cpu_s > 0) {
            ratios.push_back(own->measured.events_per_cpu_s / floor->measured.events_per_cpu_s);
        }
    }
    return median_range_of(std::move(ratios));
}

server_summary summarize(const comparison& all, const compared_load& asked, const compared_server& server)
{
    server_summary result{.server = server.name, .version = server.version};
    result.takes_part =
        std::find(server.endpoints.begin(), server.endpoints.end(), asked.endpoint) != server.endpoints.end();
    if (!server.missing.empty()) {
        result.failures.push_back(server.missing);
    }
    std::vector<const comparison_run*> good;
    for (const auto& run : all.runs) {
        if (run.server != server.name || run.asked != asked) {
            continue;
        }
        if (run.failure.empty()) {
            good.push_back(&run);
            const auto* limit = run.hold.if_contains("client_is_bottleneck");
            result.client_was_bottleneck |= limit != nullptr && limit->is_bool() && limit->get_bool();
        } else {
            result.failures.push_back("round " + std::to_string(run.round) + ": " + run.failure);
        }
    }
    result.valid_rounds = good.size();
    for (const auto& [key, member] : all_figures) {
        std::vector<double> values;
        for (const auto* run : good) {
            values.push_back(run->measured.*member);
        }
        if (const auto found = median_range_of(std::move(values))) {
            result.figures.emplace(key, *found);
        }
    }
    result.of_floor = ratios_to_floor(all, server.name, asked);
    return result;
}

} // namespace

std::optional<median_range> median_range_of(std::vector<double> values)
{
    if (values.size() < 2) {
        return std::nullopt;
    }
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    return median_range{median_of(values), *lowest, *highest};
}

double median_of(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const auto half = values.size() / 2;
    return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::vector<server_summary> summarize(const comparison& all, const compared_load& asked)
{
    std::vector<server_summary> result;
    for (const auto& server : all.servers) {
        result.push_back(summarize(all, asked, server));
    }
    return result;
}

} // namespace bench
