#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>

#include "harness/scenario.hpp"

// A share of the clients stops reading: what slow is made of, and fanout --frozen.
namespace bench {

struct frozen_options
{
    double share = 0.1;
    int buffer = 4096; ///< SO_RCVBUF of those who stop, bytes; 0: the system's choice
    std::string stats; ///< path of the server's own count of why it ended streams; empty: not known
};

/// Measures the same streams twice for `duration`: all healthy, then with the share frozen. Fails also when that share
/// is not one stream. It is a fault when the server has counted other ends of streams than the clients saw.
tl::expected<scenario_result, std::string> measure_frozen(scenario& settings, const frozen_options& how,
                                                          std::chrono::nanoseconds duration);

} // namespace bench
