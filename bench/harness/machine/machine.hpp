#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

namespace bench {

inline constexpr std::uint64_t server_spare_files = 100; ///< number of open files of a server that are not streams

/// The machine of a measurement. Every output contains its description.
struct machine
{
    std::string cpu;              ///< name of the model
    unsigned cores = 0;           ///< number of online cores
    unsigned usable_cores = 0;    ///< number of cores that this process may use
    std::int64_t memory = 0;      ///< bytes
    std::string system;           ///< name and release of the kernel
    std::uint64_t open_files = 0; ///< limit of a process, after this process has raised its soft limit
    std::string ports;            ///< net.ipv4.ip_local_port_range
    std::string tcp_memory;       ///< net.ipv4.tcp_mem, pages
    std::int64_t backlog = 0;     ///< net.core.somaxconn

    static machine here();

    /// Returns one or two lines of text.
    std::string text() const;
    boost::json::object json() const;
};

/// Raises the limit of open files of this process to its maximum, and returns it.
std::uint64_t raise_open_files();

} // namespace bench
