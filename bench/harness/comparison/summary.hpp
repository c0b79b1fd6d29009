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

/// Returns the median. For an even number of values, this is the mean of the middle two. There must be a value.
double median_of(std::vector<double> values);

/// Returns nothing for fewer than two values, because one run is not enough for a figure.
std::optional<median_range> median_range_of(std::vector<double> values);

/// The summary of one server under one load.
struct server_summary
{
    std::string server;
    std::string version{}; ///< of the library and the toolchain; empty if unknown
    std::size_t valid_rounds = 0;
    std::vector<std::string> failures{}; ///< "round 2: reason", or only the reason if the server was not measured
    bool client_was_bottleneck = false;  ///< in a valid round; the figures may then describe the client
    /// false if the server does not have the endpoint; the table then omits the server
    bool takes_part = true;

    /// Figures by their key. Empty if there were fewer than two valid rounds.
    std::map<std::string, median_range, std::less<>> figures{};

    /// Events per CPU-second divided by those of the floor in the same round. Uses only rounds in which both runs are
    /// valid.
    std::optional<median_range> of_floor{};
};

/// Returns one summary for each server of the comparison, in the same order.
std::vector<server_summary> summarize(const comparison& all, const compared_load& asked);

} // namespace bench
