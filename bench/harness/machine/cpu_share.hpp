#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "harness/machine/process_stats.hpp"

namespace bench {

/// CPU time of all cores, since the start of the machine, in ticks of the kernel.
struct machine_ticks
{
    std::uint64_t busy = 0; ///< all time that was not idle, including interrupts and time of the hypervisor
    std::uint64_t all = 0;

    /// Parses the first line of /proc/stat. Returns zeros for other text.
    static machine_ticks parse(const std::string& stat);
    static machine_ticks now();
};

/// Shares of the CPU time of all cores. 1 is the time of all cores.
struct cpu_share
{
    double seconds = 0; ///< length of the interval
    double machine = 0; ///< all processes and the kernel
    double servers = 0;
    double clients = 0;

    /// Formats the shares: "98 % (servers 60 %, clients 35 %)".
    std::string text() const;
};

/// Measures the shares since its construction.
class cpu_share_meter
{
public:
    cpu_share_meter(std::vector<pid_t> servers, std::vector<pid_t> clients);

    cpu_share share() const;

private:
    cpu_meter processes_;
    machine_ticks first_ = machine_ticks::now();
    std::int64_t since_;
};

} // namespace bench
