#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

#include "harness/machine/child_program.hpp"
#include "harness/support/progress.hpp"

namespace bench {

/// A server in several processes that share one port (SO_REUSEPORT), because one process may not open a file for each
/// stream. The processes end with this object at the latest, and the kernel kills them when this process ends.
class server_fleet
{
public:
    /// Starts the processes and waits until all of them listen. Fails, with a message, when the port is taken, when a
    /// process ends (a server that does not share its port), when a process does not listen within `timeout` seconds,
    /// and when interrupted() becomes true.
    /// @param target path and query of a request to the first process
    static tl::expected<std::unique_ptr<server_fleet>, std::string> start(const program_start& how, unsigned count,
                                                                          std::uint16_t port, const std::string& target,
                                                                          double timeout, progress& shown);

    /// The ids of all processes.
    const std::vector<pid_t>& pids() const noexcept { return pids_; }

    /// Describes a process that has ended, if there is one. Does not wait.
    std::optional<std::string> ended();

private:
    explicit server_fleet(std::string log) : log_(std::move(log)) {}
    tl::expected<void, std::string> add(const program_start& how);
    tl::expected<void, std::string> wait_for_all(std::uint16_t port, double timeout, progress& shown);

    std::string log_;
    std::vector<std::unique_ptr<child_program>> servers_;
    std::vector<pid_t> pids_;
};

/// Whether a process listens on the TCP port, alone or together with other processes.
bool listens(pid_t pid, std::uint16_t port);

} // namespace bench
