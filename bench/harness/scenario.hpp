#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

#include "harness/load_options.hpp"
#include "harness/load_plan.hpp"
#include "harness/progress.hpp"

namespace bench {

/// What a subcommand that holds streams starts from.
struct scenario
{
    load_plan plan;
    std::vector<pid_t> servers;         ///< whose CPU and memory are measured; may be empty
    std::chrono::nanoseconds settle{0}; ///< between the last answer and the first measurement
    progress& shown;
    std::function<void()> at_full_count{}; ///< called at the end of the measurement, with all streams open
};

/// What it comes to.
struct scenario_result
{
    boost::json::object figures;
    std::string text;   ///< the same for people, in lines
    std::string faults; ///< in words; empty: all was good
};

/// Prepares what the options say, runs `body`, and writes what it found, with the machine and the verdict added.
/// @return what the program ends with: see exit_code
int run_scenario(const std::string& name, const load_options& options,
                 const std::function<tl::expected<scenario_result, std::string>(scenario&)>& body);

} // namespace bench
