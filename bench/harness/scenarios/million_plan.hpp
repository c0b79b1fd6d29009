#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/machine/machine_limits.hpp"

// The distribution of a million streams over processes, and the check of the machine's limits. Nothing is started here.
namespace bench {

/// The requested streams.
struct million_request
{
    std::uint32_t streams = 1'000'000;
    unsigned servers = 0; ///< processes; 0: as many as necessary
    /// Memory of a stream in bytes: in the server, in the client, and in the kernel for both ends.
    std::uint64_t bytes_per_stream = 12'000;
};

/// The distribution.
struct million_plan
{
    unsigned servers = 0;   ///< processes
    unsigned clients = 0;   ///< processes
    unsigned addresses = 0; ///< source addresses
};

/// A limit of the machine that is too low.
struct limit_violation
{
    std::string what; ///< the limit, with its value and the required value
    std::string fix;  ///< how to raise the limit; empty when that is not possible
};

/// Chooses the number of processes. The kernel distributes the connections over the servers by a hash, so some servers
/// get more than their share. The number of servers is high enough that a server exceeds its limit in less than one of
/// a million runs.
/// @return the plan, or all limits that are too low
tl::expected<million_plan, std::vector<limit_violation>> plan_million(const million_request& request,
                                                                      const machine_limits& limits);

/// The same without a check of the limits of the whole machine.
tl::expected<million_plan, std::vector<limit_violation>> plan_processes(const million_request& request,
                                                                        const machine_limits& limits);

/// The highest number of streams to expect on one of `servers` servers.
std::uint64_t max_streams_per_server(std::uint32_t streams, unsigned servers);

/// Formats the limits as lines of text.
std::string to_text(const std::vector<limit_violation>& violations);

} // namespace bench
