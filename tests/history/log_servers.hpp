#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "history/fault_plan.hpp"

namespace history {

struct log_options
{
    std::string directory;                                ///< for the files and the output of the servers
    std::uint64_t seed = 1;                               ///< selects one of several set-ups
    std::size_t nodes = 3;                                ///< rill processes
    std::function<pid_t(std::size_t node)> pid_of_node{}; ///< -1 if the process does not run
};

/// The log under test, with its servers and its faults. Belongs to one thread.
class log_servers
{
public:
    log_servers() = default;
    log_servers(const log_servers&) = delete;
    log_servers& operator=(const log_servers&) = delete;
    virtual ~log_servers() = default;

    /// The value of --store of a rill process.
    virtual std::string store(std::size_t node) const = 0;
    virtual std::vector<fault_kind> faults() const = 0;
    virtual void begin(const fault& f) = 0;
    virtual void end(const fault& f) = 0;
    /// Waits until the servers agree which of them are in use, after the last fault.
    /// @return false if they do not agree within this time
    virtual bool wait_until_settled(milliseconds /*time*/) { return true; }
    /// Whether the faults may lead to gaps.
    virtual bool allows_gaps() const { return true; }
};

/// Starts the servers of a log and waits until they are ready.
/// @param name  memory, faulty, sqlite, redis or nats. Throws std::invalid_argument for another name, and
/// std::runtime_error if the servers do not start
std::unique_ptr<log_servers> make_log_servers(const std::string& name, const log_options& options);

std::unique_ptr<log_servers> make_sqlite_files(const log_options& options);
std::unique_ptr<log_servers> make_redis_server(const log_options& options);
std::unique_ptr<log_servers> make_redis_sentinels(const log_options& options);
std::unique_ptr<log_servers> make_nats_cluster(const log_options& options);

} // namespace history
