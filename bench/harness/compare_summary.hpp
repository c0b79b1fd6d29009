#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/compare_model.hpp"

namespace bench {

/// What several runs gave of one figure.
struct spread
{
    double median = 0;
    double lowest = 0;
    double highest = 0;
};

/// Of an even number of values the median is the mean of the middle two. Of fewer than two values there is no spread: a
/// single run is no basis for anything.
std::optional<spread> spread_of(std::vector<double> values);

/// What is said of one server under one load.
struct server_summary
{
    std::string server;
    std::size_t good_rounds = 0;         ///< runs that count
    std::vector<std::string> failures{}; ///< "round 2: why"; the reason alone when it took no part at all
    bool client_was_limit = false; ///< in a round that counts: then figures are the client's rather than the server's
    bool takes_part = true;        ///< false: it has no such endpoint, and is left out of the table

    /// By the key of the figure; empty when fewer than two rounds were good.
    std::map<std::string, spread, std::less<>> figures{};

    /// Events per CPU-second, of what the floor reached in the same round. Rounds in which either failed are left out.
    std::optional<spread> of_floor{};
};

/// One for each server of the comparison, in its order.
std::vector<server_summary> summarise(const comparison& all, const compared_load& asked);

} // namespace bench
