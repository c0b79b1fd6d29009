#include "harness/machine/process_stats.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/support/clock.hpp"
#include "harness/support/files.hpp"

namespace bench {

namespace {

std::vector<double> cpu_of_each(const std::vector<pid_t>& pids)
{
    std::vector<double> result;
    for (const auto pid : pids) {
        result.push_back(cpu_time_of(pid).total);
    }
    return result;
}

} // namespace

std::int64_t number_after(const std::string& text, const std::string& key)
{
    for (std::size_t at = text.find(key); at != text.npos; at = text.find(key, at + 1)) {
        if (at == 0 || text[at - 1] == '\n') {
            return std::strtoll(text.c_str() + at + key.size(), nullptr, 10);
        }
    }
    return 0;
}

double cpu_time::user() const
{
    const auto ticks = user_ticks + system_ticks;
    return ticks > 0 ? total * static_cast<double>(user_ticks) / static_cast<double>(ticks) : 0;
}

cpu_time cpu_time_of(pid_t pid)
{
    clockid_t clock{};
    std::timespec used{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
        return {};
    }
    cpu_time result{.total = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9};
    // See proc(5). The name in parentheses may contain any character. The user and system ticks are fields 14 and 15.
    std::istringstream stat(read_file("/proc/" + std::to_string(pid) + "/stat"));
    std::string word;
    const auto text = stat.str();
    stat.seekg(static_cast<std::streamoff>(std::min(text.rfind(')'), text.size())));
    for (int field = 2; field < 14; ++field) {
        stat >> word;
    }
    stat >> result.user_ticks >> result.system_ticks;
    return result;
}

cpu_time cpu_time_of(const std::vector<pid_t>& pids)
{
    cpu_time sum;
    for (const auto pid : pids) {
        sum = sum + cpu_time_of(pid);
    }
    return sum;
}

cpu_meter::cpu_meter(std::vector<pid_t> servers, std::vector<pid_t> clients)
    : servers_(std::move(servers)), clients_(std::move(clients)), server_(cpu_time_of(servers_)),
      client_(cpu_time_of(clients_)), each_client_(cpu_of_each(clients_)), since_(now_ns())
{}

double cpu_meter::busiest_client() const
{
    const auto seconds = std::max(static_cast<double>(now_ns() - since_) / 1e9, 1e-6);
    const auto now = cpu_of_each(clients_);
    double most = 0;
    for (std::size_t i = 0; i < now.size(); ++i) {
        most = std::max(most, (now[i] - each_client_[i]) / seconds);
    }
    return most;
}

memory_use memory_of(const std::vector<pid_t>& pids)
{
    memory_use sum;
    for (const auto pid : pids) {
        const auto rollup = read_file("/proc/" + std::to_string(pid) + "/smaps_rollup");
        sum.pss += number_after(rollup, "Pss:") * 1024;
        sum.rss += number_after(rollup, "Rss:") * 1024;
    }
    return sum;
}

machine_memory memory_of_machine()
{
    const auto meminfo = read_file("/proc/meminfo");
    machine_memory result{.available = number_after(meminfo, "MemAvailable:") * 1024,
                          .slab = number_after(meminfo, "Slab:") * 1024};
    const auto sockets = read_file("/proc/net/sockstat");
    if (const auto line = sockets.find("TCP:"), mem = sockets.find(" mem ", line);
        line != sockets.npos && mem != sockets.npos)
    {
        result.tcp = std::strtoll(sockets.c_str() + mem + 5, nullptr, 10) * ::sysconf(_SC_PAGESIZE);
    }
    return result;
}

std::uint64_t open_files_of(pid_t pid)
{
    struct stat info
    {};
    const auto path = "/proc/" + std::to_string(pid) + "/fd";
    return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

bool can_be_measured(pid_t pid)
{
    return memory_of({pid}).rss > 0;
}

} // namespace bench
