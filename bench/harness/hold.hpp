#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

#include "harness/hold_figures.hpp"
#include "harness/load_plan.hpp"
#include "harness/progress.hpp"

namespace bench {

struct hold_settings
{
    load_plan plan;
    std::vector<pid_t> servers;
    std::chrono::nanoseconds settle{0}; ///< between the last answer and the first measurement
    std::chrono::nanoseconds hold{0};   ///< how long is measured
};

/// Opens the plan's streams, holds them, closes them. Fails when it can't be done; streams that fail are part of the
/// figures.
tl::expected<std::unique_ptr<hold_figures>, std::string> hold(const hold_settings& settings, progress& shown);

} // namespace bench
