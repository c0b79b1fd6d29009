#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "harness/client/load_plan.hpp"
#include "harness/scenarios/load_options.hpp"
#include "harness/support/progress.hpp"

namespace bench {

/// The input of a subcommand that holds streams.
struct scenario
{
    load_plan plan;
    std::vector<pid_t> servers;         ///< processes whose CPU time and memory are measured; may be empty
    std::chrono::nanoseconds settle{0}; ///< time between the last response head and the first measurement
    progress& shown;
    std::function<void()> before_close{}; ///< called after the measurement, while all streams are open
};

/// The output of such a subcommand.
struct scenario_result
{
    boost::json::object figures;
    std::string text;            ///< the figures as lines of text
    std::string faults;          ///< description of all faults; empty if there are none
    bool limited_by_cpu = false; ///< the CPU of this machine is the reason for the faults
};

/// Prepares the scenario from the options, runs `body`, and writes the result together with the machine.
/// @return an exit_code
int run_scenario(const std::string& name, const load_options& options,
                 const std::function<tl::expected<scenario_result, std::string>(scenario&)>& body);

/// Returns the body of a subcommand. It runs the scenario of an object that has `options` and run(scenario&).
template <class Command>
std::function<int()> scenario_command(std::string name, std::shared_ptr<Command> command)
{
    return [name = std::move(name), command = std::move(command)] {
        return run_scenario(name, command->options, [&command](scenario& s) { return command->run(s); });
    };
}

} // namespace bench
