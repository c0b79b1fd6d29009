#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/comparison/comparison.hpp"

namespace bench {

/// One figure over several runs.
struct median_range
{
    double median = 0;
    double lowest = 0;
    double highest = 0;
};

/// The median of an even number of values is the mean of the middle two. Fewer than two values give no result, because
/// a single run is no basis for a figure.
std::optional<median_range> median_range_of(std::vector<double> values);

/// The summary of one server under one load.
struct server_summary
{
    std::string server;
    std::size_t valid_rounds = 0;
    std::vector<std::string> failures{}; ///< "round 2: reason"; the reason alone when the server was not measured
    bool client_was_bottleneck = false;  ///< in a valid round: the figures may then be those of the client
    bool takes_part = true;              ///< false: the server lacks the endpoint, and the table omits it

    /// By the key of the figure. Empty when there were fewer than two valid rounds.
    std::map<std::string, median_range, std::less<>> figures{};

    /// Ratio of events per CPU-second to those of the floor in the same round, over the rounds where both are valid.
    std::optional<median_range> of_floor{};
};

/// One summary for each server of the comparison, in the same order.
std::vector<server_summary> summarize(const comparison& all, const compared_load& asked);

} // namespace bench
