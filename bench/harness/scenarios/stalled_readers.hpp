#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>

#include "harness/scenarios/scenario.hpp"

// The commands `slow` and `fanout --stalled` share this measurement, in which some clients stop reading.
namespace bench {

struct stalled_options
{
    double share = 0.1;
    int buffer = 4096; ///< SO_RCVBUF of the stalled streams in bytes; 0: the default of the system
    std::string stats; ///< path of the server's counters for ended streams; empty if the server has none
};

/// Measures the same streams twice for `duration`. In the first measurement all streams are healthy. In the second
/// measurement the share of the streams is stalled. Fails if the share is less than one stream. It is a fault if the
/// server and the clients counted different numbers of ended streams.
tl::expected<scenario_result, std::string> measure_stalled(scenario& settings, const stalled_options& how,
                                                           std::chrono::nanoseconds duration);

} // namespace bench
