#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dashboard {

/// Since the machine was started, in clock ticks.
struct cpu_times
{
    std::uint64_t busy = 0;
    std::uint64_t total = 0;
};

/// What the kernel tells about this machine, as proc(5) says. Counters begin when the machine was started. What cannot
/// be read is 0, which no machine has as its processor time, its memory, or the memory of a process.
struct reading
{
    cpu_times cpu;
    std::vector<cpu_times> cores;
    std::uint64_t memory_total = 0; ///< bytes
    std::uint64_t memory_used = 0;  ///< bytes; not what programs could have at once
    bool has_interfaces = false;    ///< whether the table of the interfaces was there, which may all have been silent
    std::uint64_t received = 0;     ///< bytes; from other machines
    std::uint64_t sent = 0;         ///< bytes; to other machines
    std::uint64_t loopback = 0;     ///< bytes; within this machine
    std::uint64_t resident = 0;     ///< bytes of memory that this process has
};

// From the text of the files; what is not there stays 0.
void parse_stat(std::string_view text, reading& into);    ///< /proc/stat
void parse_meminfo(std::string_view text, reading& into); ///< /proc/meminfo
void parse_net_dev(std::string_view text, reading& into); ///< /proc/net/dev
void parse_statm(std::string_view text, reading& into);   ///< /proc/self/statm

/// @param directory /proc
reading read_machine(const std::string& directory);

} // namespace dashboard
