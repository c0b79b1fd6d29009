#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "history/checker.hpp"
#include "history/fault_plan.hpp"

namespace history {

struct run_options
{
    std::string store = "memory";
    std::uint64_t seed = 1;
    milliseconds time{15'000};
    std::size_t streams = 200;
    std::size_t nodes = 3;
    std::string node_program; ///< the path of history_node
    std::string directory;    ///< for the files of the servers
    bool kills_nodes = true;
};

struct run_result
{
    std::string plan{}; ///< the faults, one line each
    report checked{};
    std::size_t attempts = 0;          ///< requests of the publishers
    std::size_t restarts = 0;          ///< rill processes that ended by themselves
    milliseconds longest_recovery{0};  ///< from the end of the last fault until all streams had the last events
    std::vector<std::string> errors{}; ///< everything that is wrong, besides the violations

    bool is_correct() const noexcept { return errors.empty() && checked.violations == 0; }
};

/// Runs publishers, streams and faults, and checks their history. Throws std::exception if a server does not start.
run_result run(const run_options& options);

std::string to_text(const run_result& result);

} // namespace history
