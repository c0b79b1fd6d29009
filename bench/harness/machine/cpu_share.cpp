#include "harness/machine/cpu_share.hpp"

#include <algorithm>
#include <sstream>
#include <unistd.h>
#include <utility>

#include "harness/support/clock.hpp"
#include "harness/support/files.hpp"
#include "harness/support/text.hpp"

namespace bench {

// See proc(5). The fields are user, nice, system, idle, iowait, irq, softirq and steal. The following fields are
// already part of the first ones.
machine_ticks machine_ticks::parse(const std::string& stat)
{
    std::istringstream words(stat);
    std::string name;
    words >> name;
    machine_ticks result;
    std::uint64_t ticks = 0;
    for (int field = 0; name == "cpu" && field < 8 && words >> ticks; ++field) {
        const bool is_idle = field == 3 || field == 4;
        result.all += ticks;
        result.busy += is_idle ? 0 : ticks;
    }
    return result;
}

machine_ticks machine_ticks::now()
{
    return parse(read_file("/proc/stat"));
}

std::string cpu_share::text() const
{
    const auto percent = [](double share) { return fixed(share * 100, 0) + " %"; };
    return percent(machine) + " (servers " + percent(servers) + ", clients " + percent(clients) + ")";
}

cpu_share_meter::cpu_share_meter(std::vector<pid_t> servers, std::vector<pid_t> clients)
    : processes_(std::move(servers), std::move(clients)), since_(now_ns())
{}

cpu_share cpu_share_meter::share() const
{
    const auto now = machine_ticks::now();
    const auto cores = static_cast<double>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
    cpu_share result{.seconds = std::max(static_cast<double>(now_ns() - since_) / 1e9, 1e-6)};
    const auto all = static_cast<double>(now.all - first_.all);
    result.servers = processes_.server().total / (result.seconds * cores);
    result.clients = processes_.client().total / (result.seconds * cores);
    // The ticks are samples. In a short interval, they can miss the time of the processes.
    result.machine = all > 0 ? static_cast<double>(now.busy - first_.busy) / all : 0;
    result.machine = std::min(std::max(result.machine, result.servers + result.clients), 1.0);
    return result;
}

} // namespace bench
