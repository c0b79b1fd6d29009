#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

/// CPU time that processes have used.
struct cpu_time
{
    double total = 0; ///< seconds, counted by the scheduler to the nanosecond
    /// What the kernel's clock found the processes at: only the ratio of the two is used.
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;

    /// Seconds outside the kernel. Sampled: good to a few per cent over some seconds.
    double user() const;
    double system() const { return total - user(); }

    friend cpu_time operator-(const cpu_time& a, const cpu_time& b)
    {
        return {a.total - b.total, a.user_ticks - b.user_ticks, a.system_ticks - b.system_ticks};
    }
    friend cpu_time operator+(const cpu_time& a, const cpu_time& b)
    {
        return {a.total + b.total, a.user_ticks + b.user_ticks, a.system_ticks + b.system_ticks};
    }
};

/// Of all threads of a process, those that have ended included. Zero for a process that is not there.
cpu_time cpu_time_of(pid_t pid);
cpu_time cpu_time_of(const std::vector<pid_t>& pids);

/// CPU time that was used since the object was made.
class cpu_meter
{
public:
    cpu_meter(std::vector<pid_t> servers, std::vector<pid_t> clients);

    cpu_time server() const { return cpu_time_of(servers_) - server_; }
    cpu_time client() const { return cpu_time_of(clients_) - client_; }
    /// Of the client processes: its CPU time as a share of the time that passed.
    double busiest_client() const;

private:
    std::vector<pid_t> servers_, clients_;
    cpu_time server_, client_;
    std::vector<double> each_client_;
    std::int64_t since_;
};

/// Memory in bytes, from /proc/PID/smaps_rollup: what is shared with others counts in part (PSS), or wholly (RSS).
struct memory_use
{
    std::int64_t pss = 0;
    std::int64_t rss = 0;
};
memory_use memory_of(const std::vector<pid_t>& pids);

/// Memory of the whole machine, in bytes.
struct machine_memory
{
    std::int64_t available = 0;
    std::int64_t slab = 0; ///< where the kernel keeps sockets
    std::int64_t tcp = 0;  ///< charged to TCP's buffers
};
machine_memory memory_of_machine();

/// How many files a process has open; 0 when the kernel (before Linux 6.2) does not tell without counting.
std::uint64_t open_files_of(pid_t pid);

/// Whether the process is there and may be measured by us.
bool can_be_measured(pid_t pid);

/// The first number behind `key` at the begin of a line, as the files below /proc have them. 0 if it is not there.
std::int64_t number_behind(const std::string& text, const std::string& key);

/// The whole of a small file; empty if it can't be read.
std::string read_file(const std::string& path);

} // namespace bench
