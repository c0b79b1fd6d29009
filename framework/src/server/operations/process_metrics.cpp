#include "server/operations/process_metrics.hpp"

#include <atomic>
#include <cstdio>
#include <ctime>
#include <dirent.h>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace rill {

namespace {

double seconds(const timeval& t)
{
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

// Returns none if the directory cannot be read, for example because no descriptor is free. Then the metric is omitted,
// because 0 would be a wrong value.
std::optional<double> open_descriptors()
{
    DIR* directory = ::opendir("/proc/self/fd");
    if (directory == nullptr) {
        return std::nullopt;
    }
    double count = -1; // excludes the descriptor of the directory itself
    while (const auto* entry = ::readdir(directory)) {
        count += entry->d_name[0] != '.' ? 1 : 0;
    }
    ::closedir(directory);
    return count;
}

// The fields of /proc/self/stat are counted after the name of the program, because the name may hold any character
// (proc(5)).
std::optional<double> start_time()
{
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
    std::string field;
    for (int number = 3; number <= 22; ++number) {
        fields >> field;
    }
    double boot = 0;
    std::ifstream stat("/proc/stat");
    while (std::getline(stat, line)) {
        if (line.starts_with("btime ")) {
            boot = std::strtod(line.c_str() + 6, nullptr);
        }
    }
    if (field.empty() || boot == 0) {
        return std::nullopt;
    }
    return boot + std::strtod(field.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void write_heap([[maybe_unused]] metrics_writer& out)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    const auto heap = ::mallinfo2();
    constexpr std::string_view name = "rill_heap_bytes";
    constexpr std::string_view help = "Heap of the C library: used is allocated, free is kept for reuse.";
    out.gauge(name, help, static_cast<double>(heap.uordblks + heap.hblkhd), {{"state", "used"}});
    out.gauge(name, help, static_cast<double>(heap.fordblks), {{"state", "free"}});
#endif
}

} // namespace

void write_process_metrics(metrics_writer& out)
{
    write_heap(out);
    std::ifstream statm("/proc/self/statm");
    double pages = 0;
    double resident = 0;
    if (statm >> pages >> resident) {
        const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
        out.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", resident * page);
        out.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", pages * page);
    }
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
        out.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
                    seconds(usage.ru_utime) + seconds(usage.ru_stime));
    }
    if (const auto count = open_descriptors()) {
        out.gauge("process_open_fds", "Number of open file descriptors.", *count);
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        out.gauge("process_max_fds", "Maximum number of open file descriptors.", static_cast<double>(limit.rlim_cur));
    }
    static std::atomic<double> started = 0; // read once, because the kernel's value can change by a second
    if (started == 0) {
        started = start_time().value_or(0);
    }
    if (started != 0) {
        out.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", started);
    }
}

} // namespace rill
