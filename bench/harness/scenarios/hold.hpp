#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "harness/figures/hold_figures.hpp"
#include "harness/scenarios/scenario.hpp"

namespace bench {

/// Opens the streams of the plan, holds them, and closes them. The figures include failed streams. Fails if a client
/// process ends too early.
/// @param duration  length of the measurement, which begins after the settle time
tl::expected<std::unique_ptr<hold_figures>, std::string> hold(const scenario& settings,
                                                              std::chrono::nanoseconds duration);

} // namespace bench
