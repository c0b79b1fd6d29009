#include "harness/machine/machine_limits.hpp"

#include <sstream>

#include "harness/machine/machine.hpp"
#include "harness/machine/process_stats.hpp"
#include "harness/support/files.hpp"

namespace bench {

namespace {

/// Returns the numbers of a file below /proc/sys. Missing numbers are 0.
template <std::size_t count>
std::array<std::uint64_t, count> numbers(const std::string& setting)
{
    std::istringstream words(read_file("/proc/sys/" + setting));
    std::array<std::uint64_t, count> result{};
    for (auto& each : result) {
        words >> each;
    }
    return result;
}

} // namespace

machine_limits machine_limits::here()
{
    machine_limits result;
    result.open_files = raise_open_files();
    result.nr_open = numbers<1>("fs/nr_open")[0];
    result.file_max = numbers<1>("fs/file-max")[0];
    result.files_in_use = numbers<1>("fs/file-nr")[0];
    result.epoll_watches = numbers<1>("fs/epoll/max_user_watches")[0];
    result.memory = static_cast<std::uint64_t>(memory_of_machine().available);
    result.tcp = numbers<3>("net/ipv4/tcp_mem");
    const auto ports = numbers<2>("net/ipv4/ip_local_port_range");
    result.first_port = ports[0];
    result.last_port = ports[1];
    result.backlog = numbers<1>("net/core/somaxconn")[0];
    return result;
}

} // namespace bench
