#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "harness/hold_figures.hpp"
#include "harness/scenario.hpp"

namespace bench {

/// Opens the plan's streams, holds them, closes them. Fails when it can't be done; streams that fail are part of the
/// figures.
/// @param duration how long is measured, once all are open and have settled
tl::expected<std::unique_ptr<hold_figures>, std::string> hold(const scenario& settings,
                                                              std::chrono::nanoseconds duration);

} // namespace bench
