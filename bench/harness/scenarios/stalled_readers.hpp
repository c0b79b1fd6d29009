#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>

#include "harness/scenarios/scenario.hpp"

// The measurement that the commands `slow` and `fanout --stalled` share: some clients stop reading.
namespace bench {

struct stalled_options
{
    double share = 0.1;
    int buffer = 4096; ///< SO_RCVBUF of the stalled streams in bytes; 0: the default of the system
    std::string stats; ///< path of the server's counters of ended streams; empty: the server has none
};

/// Measures the same streams twice for `duration`: all streams healthy, then with the share stalled. Fails also when
/// the share is less than one stream. A difference between the ended streams that the server counted and those that
/// the clients saw is a fault.
tl::expected<scenario_result, std::string> measure_stalled(scenario& settings, const stalled_options& how,
                                                           std::chrono::nanoseconds duration);

} // namespace bench
