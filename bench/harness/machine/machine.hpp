#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

namespace bench {

inline constexpr std::uint64_t server_spare_files = 100; ///< open files of a server that are not streams

/// The machine of a measurement. Every output describes it.
struct machine
{
    std::string cpu;              ///< name of the model
    unsigned cores = 0;           ///< online
    unsigned usable_cores = 0;    ///< the cores that this process may use
    std::int64_t memory = 0;      ///< bytes
    std::string system;           ///< name and release of the kernel
    std::uint64_t open_files = 0; ///< limit of a process, after it has raised its soft limit
    std::string ports;            ///< net.ipv4.ip_local_port_range
    std::string tcp_memory;       ///< net.ipv4.tcp_mem, pages
    std::int64_t backlog = 0;     ///< net.core.somaxconn

    static machine here();

    /// One or two lines of text.
    std::string text() const;
    boost::json::object json() const;
};

/// Raises the limit of open files of this process to its maximum, and returns it.
std::uint64_t raise_open_files();

} // namespace bench
