#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

/// CPU time that processes have used.
struct cpu_time
{
    double total = 0; ///< seconds; the scheduler measures it in nanoseconds
    /// Samples of the kernel's clock. Only the ratio of user and system ticks is used.
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;

    /// CPU seconds in user mode. The kernel samples them. The error is a few percent over several seconds.
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

/// Returns the CPU time of all threads of a process, including ended threads. Zero for a process that does not exist.
cpu_time cpu_time_of(pid_t pid);
cpu_time cpu_time_of(const std::vector<pid_t>& pids);

/// Measures the CPU time since the construction of the object.
class cpu_meter
{
public:
    cpu_meter(std::vector<pid_t> servers, std::vector<pid_t> clients);

    cpu_time server() const { return cpu_time_of(servers_) - server_; }
    cpu_time client() const { return cpu_time_of(clients_) - client_; }
    /// Returns the highest CPU time of a client process, as a share of the elapsed time.
    double busiest_client() const;

private:
    std::vector<pid_t> servers_, clients_;
    cpu_time server_, client_;
    std::vector<double> each_client_;
    std::int64_t since_;
};

/// Memory in bytes, from /proc/PID/smaps_rollup. PSS contains a share of shared memory. RSS contains all of it.
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
    std::int64_t slab = 0; ///< memory of kernel objects, such as sockets
    std::int64_t tcp = 0;  ///< memory of TCP buffers
};
machine_memory memory_of_machine();

/// Returns the number of open files of a process. Returns 0 on a kernel before Linux 6.2, which does not report it.
std::uint64_t open_files_of(pid_t pid);

/// Whether the process exists and this user may measure it.
bool can_be_measured(pid_t pid);

/// Returns the first number after `key` at the start of a line, as in files below /proc. Returns 0 if there is no such
/// line.
std::int64_t number_after(const std::string& text, const std::string& key);

} // namespace bench
