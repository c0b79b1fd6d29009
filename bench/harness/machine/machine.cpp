#include "harness/machine/machine.hpp"

#include <algorithm>
#include <sched.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/machine/process_stats.hpp"
#include "harness/support/files.hpp"

namespace bench {

namespace {

std::string cpu_model()
{
    std::istringstream lines(read_file("/proc/cpuinfo"));
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(": ");
        if (colon != line.npos && (line.starts_with("model name") || line.starts_with("Model"))) {
            return line.substr(colon + 2);
        }
    }
    return "unknown CPU";
}

/// Returns the words of a file below /proc/sys, separated by one space.
std::string setting(const std::string& name)
{
    std::istringstream words(read_file("/proc/sys/" + name));
    std::string result;
    for (std::string word; words >> word;) {
        result += (result.empty() ? "" : " ") + word;
    }
    return result;
}

} // namespace

std::uint64_t raise_open_files()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
        ::getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur;
}

machine machine::here()
{
    machine result;
    result.cpu = cpu_model();
    result.cores = static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
    cpu_set_t usable;
    CPU_ZERO(&usable);
    result.usable_cores =
        ::sched_getaffinity(0, sizeof usable, &usable) == 0 ? static_cast<unsigned>(CPU_COUNT(&usable)) : result.cores;
    result.memory = number_after(read_file("/proc/meminfo"), "MemTotal:") * 1024;
    utsname names{};
    ::uname(&names);
    result.system = std::string(names.sysname) + " " + names.release;
    result.open_files = raise_open_files();
    result.ports = setting("net/ipv4/ip_local_port_range");
    result.tcp_memory = setting("net/ipv4/tcp_mem");
    result.backlog = std::atoll(setting("net/core/somaxconn").c_str());
    return result;
}

std::string machine::text() const
{
    std::ostringstream out;
    out << cpu << ", " << cores << (cores == 1 ? " core" : " cores");
    if (usable_cores != cores) {
        out << " (the client is bound to " << usable_cores << ")";
    }
    out.precision(3);
    out << ", " << static_cast<double>(memory) / (1 << 30) << " GiB, " << system << "; " << open_files
        << " open files per process, ports " << ports << ", tcp_mem " << tcp_memory << ", somaxconn " << backlog;
    return out.str();
}

boost::json::object machine::json() const
{
    return {{"cpu", cpu},          {"cores", cores},           {"usable_cores", usable_cores}, {"memory_bytes", memory},
            {"system", system},    {"open_files", open_files}, {"ip_local_port_range", ports}, {"tcp_mem", tcp_memory},
            {"somaxconn", backlog}};
}

} // namespace bench
