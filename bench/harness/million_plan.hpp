#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

// How a million streams are spread over processes, and whether this machine allows it. Pure: no process is started
// here.
namespace bench {

/// What a machine allows, as far as it decides how many streams it can hold.
struct machine_limits
{
    std::uint64_t open_files = 0;                ///< a process may have, once it has raised its limit
    std::uint64_t nr_open = 0;                   ///< fs.nr_open: what that limit can be raised to
    std::uint64_t file_max = 0;                  ///< fs.file-max: of all processes together
    std::uint64_t files_in_use = 0;              ///< of those
    std::uint64_t epoll_watches = 0;             ///< fs.epoll.max_user_watches; 0: not known
    std::uint64_t memory = 0;                    ///< bytes that are available now
    std::array<std::uint64_t, 3> tcp{};          ///< net.ipv4.tcp_mem, pages
    std::uint64_t first_port = 0, last_port = 0; ///< net.ipv4.ip_local_port_range
    std::uint64_t backlog = 0;                   ///< net.core.somaxconn

    /// Those of this machine. The process' own limit of open files is raised as far as it may be.
    static machine_limits here();
};

/// What is to be held.
struct million_wish
{
    std::uint32_t streams = 1'000'000;
    unsigned servers = 0; ///< processes; 0: as many as it takes
    /// Memory that a stream takes, in the server, in the client, and in the kernel for both ends, bytes.
    std::uint64_t bytes_per_stream = 12'000;
};

/// How it is done.
struct million_plan
{
    unsigned servers = 0;   ///< processes
    unsigned clients = 0;   ///< processes
    unsigned addresses = 0; ///< source addresses
};

/// A limit that would stop it.
struct obstacle
{
    std::string what;   ///< in plain words, with both numbers
    std::string remedy; ///< what would lift it; empty when nothing on this machine would
};

/// Chooses the processes. The kernel spreads connections over the servers by a hash, so that some get more than their
/// share: there are so many servers that none meets its limit, but in one of millions of runs.
/// @return the plan, or all that is in its way
tl::expected<million_plan, std::vector<obstacle>> plan_million(const million_wish& wish, const machine_limits& limits);

/// The same without a look at the limits of the whole machine, for those who know better.
tl::expected<million_plan, std::vector<obstacle>> plan_processes(const million_wish& wish,
                                                                 const machine_limits& limits);

/// The most streams that one of so many servers is to be expected to get.
std::uint64_t most_on_one_server(std::uint32_t streams, unsigned servers);

/// In lines, for people.
std::string to_text(const std::vector<obstacle>& obstacles);

} // namespace bench
