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

/// A server in several processes that share one port (SO_REUSEPORT). This is necessary if one process may not open a
/// file for each stream. The destructor ends the processes. If this process ends, the kernel kills them.
class server_fleet
{
public:
    /// Starts the processes and waits until all of them listen. Returns an error message if the port is in use, if a
    /// process does not listen within `timeout` seconds, or if interrupted() becomes true. Also returns an error
    /// message if a process ends, for example because it does not share its port.
    /// @param target  path and query of a request to the first process
    static tl::expected<std::unique_ptr<server_fleet>, std::string> start(const program_start& how, unsigned count,
                                                                          std::uint16_t port, const std::string& target,
                                                                          double timeout, progress& shown);

    /// Returns the ids of all processes.
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
