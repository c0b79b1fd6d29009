#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dashboard {

/// Processor time since the start of the machine, in clock ticks.
struct cpu_times
{
    std::uint64_t busy = 0;
    std::uint64_t total = 0;
};

/// Values of proc(5). Counters begin at the start of the machine. A value that cannot be read is 0. On a real machine,
/// the processor time, the size of the memory and the memory of a process are never 0.
struct reading
{
    cpu_times cpu;
    std::vector<cpu_times> cores;
    std::uint64_t memory_total = 0; ///< bytes
    std::uint64_t memory_used = 0;  ///< bytes; excludes memory that is available to programs
    bool has_interfaces = false;    ///< whether the table of interfaces was read; its counters may all be 0
    std::uint64_t received = 0;     ///< bytes from other machines
    std::uint64_t sent = 0;         ///< bytes to other machines
    std::uint64_t loopback = 0;     ///< bytes within this machine
    std::uint64_t resident = 0;     ///< resident memory of this process in bytes
};

// These functions parse the text of a file. They do not change values that are missing in the text.
void parse_stat(std::string_view text, reading& into);    ///< /proc/stat
void parse_meminfo(std::string_view text, reading& into); ///< /proc/meminfo
void parse_net_dev(std::string_view text, reading& into); ///< /proc/net/dev
void parse_statm(std::string_view text, reading& into);   ///< /proc/self/statm

/// @param directory  normally /proc
reading read_machine(const std::string& directory);

} // namespace dashboard
