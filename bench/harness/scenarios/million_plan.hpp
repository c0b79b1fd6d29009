#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/machine/machine_limits.hpp"

// Distributes a million streams over processes, and checks the limits of the machine. This unit starts no process.
namespace bench {

/// The requested streams.
struct million_request
{
    std::uint32_t streams = 1'000'000;
    unsigned servers = 0; ///< number of processes; 0: the necessary number
    /// Memory of a stream in bytes: the sum of the server, the client, and the kernel for both ends.
    std::uint64_t bytes_per_stream = 12'000;
};

/// The distribution of the streams.
struct million_plan
{
    unsigned servers = 0;   ///< number of processes
    unsigned clients = 0;   ///< number of processes
    unsigned addresses = 0; ///< number of source addresses
};

/// A limit of the machine that is too low.
struct limit_violation
{
    std::string what; ///< the limit, with its value and the required value
    std::string fix;  ///< how to raise the limit; empty if that is not possible
};

/// Chooses the number of processes. The kernel distributes the connections over the servers by a hash. Therefore some
/// servers get more streams than others. The number of servers is high enough that a server exceeds its limit in less
/// than one of a million runs.
/// @return the plan, or all limits that are too low
tl::expected<million_plan, std::vector<limit_violation>> plan_million(const million_request& request,
                                                                      const machine_limits& limits);

/// Chooses the number of processes without a check of the limits of the whole machine.
tl::expected<million_plan, std::vector<limit_violation>> plan_processes(const million_request& request,
                                                                        const machine_limits& limits);

/// Returns the highest number of streams to expect on one of `servers` servers.
std::uint64_t max_streams_per_server(std::uint32_t streams, unsigned servers);

/// Formats the limits as lines of text.
std::string to_text(const std::vector<limit_violation>& violations);

} // namespace bench
