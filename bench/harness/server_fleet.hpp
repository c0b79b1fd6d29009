#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

#include "harness/child_program.hpp"
#include "harness/progress.hpp"

namespace bench {

/// A server in several processes that share one port (SO_REUSEPORT), as one process may not have files for all streams.
/// None of them outlives this object; nor this process, however that ends.
class server_fleet
{
public:
    /// Starts them, and returns once every one listens. Fails, in words, when the port is taken, when one ends (a
    /// server that does not share its port), when they do not listen within `patience` seconds each, and when
    /// interrupted() becomes true.
    /// @param target path and query that the first one is asked for
    static tl::expected<std::unique_ptr<server_fleet>, std::string> start(const program_start& how, unsigned count,
                                                                          std::uint16_t port, const std::string& target,
                                                                          double patience, progress& shown);

    /// All their processes.
    const std::vector<pid_t>& pids() const noexcept { return pids_; }

    /// Says so if one has ended, in words; does not wait.
    std::optional<std::string> ended();

private:
    explicit server_fleet(std::string log) : log_(std::move(log)) {}
    tl::expected<void, std::string> add(const program_start& how);
    tl::expected<void, std::string> wait_for_all(std::uint16_t port, double patience, progress& shown);

    std::string log_;
    std::vector<std::unique_ptr<child_program>> servers_;
    std::vector<pid_t> pids_;
};

/// Whether a process listens on the TCP port, beside others or alone.
bool listens(pid_t pid, std::uint16_t port);

} // namespace bench
