#pragma once

#include <array>
#include <cstdint>

namespace bench {

/// The limits of a machine that determine how many streams it can hold.
struct machine_limits
{
    std::uint64_t open_files = 0;                ///< limit of a process, after this process has raised its soft limit
    std::uint64_t nr_open = 0;                   ///< fs.nr_open: the highest possible value of that limit
    std::uint64_t file_max = 0;                  ///< fs.file-max: maximum number of open files of all processes
    std::uint64_t files_in_use = 0;              ///< present number of open files of all processes
    std::uint64_t epoll_watches = 0;             ///< fs.epoll.max_user_watches; 0: unknown
    std::uint64_t memory = 0;                    ///< available bytes
    std::array<std::uint64_t, 3> tcp{};          ///< net.ipv4.tcp_mem, pages
    std::uint64_t first_port = 0, last_port = 0; ///< net.ipv4.ip_local_port_range
    std::uint64_t backlog = 0;                   ///< net.core.somaxconn

    /// Returns the limits of this machine. Also raises the limit of open files of this process to its maximum.
    static machine_limits here();
};

} // namespace bench
