#pragma once

#include <chrono>

#include "server/operations/prepared_line.hpp"

namespace rill {

/// Ends a process that does not stop in time after a signal, even if a handler hangs and its event loop does not run.
/// After the first SIGTERM or SIGINT the process has `max_time`, then it ends with 0. After a second signal it has one
/// second, then it ends with 128 plus the number of the signal. A timer of the kernel and a signal handler do this. A
/// thread would make a server with one worker pay for locks.
///
/// Signal handlers from before, such as Asio's, still run: create this object after them, and destroy it before they
/// are removed. With several objects in a process the longest time applies.
class shutdown_deadline
{
public:
    /// @param timeout_message  the log line at the end of `max_time`
    /// Throws std::system_error.
    shutdown_deadline(std::chrono::milliseconds max_time, const prepared_line& timeout_message);
    shutdown_deadline(const shutdown_deadline&) = delete;
    shutdown_deadline& operator=(const shutdown_deadline&) = delete;
    ~shutdown_deadline();
};

} // namespace rill
