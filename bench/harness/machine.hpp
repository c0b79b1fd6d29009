#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

namespace bench {

inline constexpr std::uint64_t server_spare_files = 100; ///< of a server, for anything but streams

/// Where figures were measured. Every output states it.
struct machine
{
    std::string cpu;              ///< the model's name
    unsigned cores = 0;           ///< online
    unsigned usable_cores = 0;    ///< those that this process may run on
    std::int64_t memory = 0;      ///< bytes
    std::string system;           ///< kernel and its release
    std::uint64_t open_files = 0; ///< a process may have, once it has raised its limit
    std::string ports;            ///< net.ipv4.ip_local_port_range
    std::string tcp_memory;       ///< net.ipv4.tcp_mem, pages
    std::int64_t backlog = 0;     ///< net.core.somaxconn

    static machine here();

    /// One line, or two.
    std::string text() const;
    boost::json::object json() const;
};

/// Raises this process' limit of open files as far as it may, and returns it.
std::uint64_t raise_open_files();

} // namespace bench
