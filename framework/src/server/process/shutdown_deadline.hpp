#pragma once

#include <chrono>

#include "server/operations/prepared_line.hpp"

namespace rill {

/// Ends a process that does not stop in time after a signal. This works even if a handler hangs and the event loop does
/// not run. After the first SIGTERM or SIGINT, the process may run for `max_time`. Then it ends with exit code 0. After
/// a second signal, the process may run for one second. Then it ends with 128 plus the number of the signal. This class
/// uses a timer of the kernel and a signal handler. It uses no thread, because a second thread would make locks slower
/// in a server with one worker.
///
/// Signal handlers that were installed before, such as Asio's, still run. Create this object after they are installed,
/// and destroy it before they are removed. If a process has several objects, the longest time applies.
class shutdown_deadline
{
public:
    /// @param timeout_message  the log line that is written at the end of `max_time`
    /// Throws std::system_error.
    shutdown_deadline(std::chrono::milliseconds max_time, const prepared_line& timeout_message);
    shutdown_deadline(const shutdown_deadline&) = delete;
    shutdown_deadline& operator=(const shutdown_deadline&) = delete;
    ~shutdown_deadline();
};

} // namespace rill
