#pragma once

#include <chrono>
#include <functional>
#include <rill/http/observer.hpp>
#include <string_view>
#include <sys/types.h>

namespace rill {

/// The exit code of a worker process that would fail again after a restart. It is EX_CONFIG of <sysexits.h>.
inline constexpr int exit_setup_failed = 78;

struct supervisor_options
{
    unsigned processes = 2; ///< 1 to 1,024

    /// The time between the end of a worker process and its restart. The time doubles after each restart, up to
    /// max_backoff. After the process has run for backoff_reset_after, the time is initial_backoff again.
    std::chrono::milliseconds initial_backoff{100};
    std::chrono::milliseconds max_backoff{30'000};
    std::chrono::milliseconds backoff_reset_after{10'000};

    /// Maximum time between two reports WATCHDOG=1 of a worker process. It applies after the first report. A server
    /// sends these reports. After this time the supervisor sends SIGABRT. After the same time again, it sends SIGKILL.
    /// Then it starts the worker again. 0: no limit.
    std::chrono::milliseconds hang_timeout{30'000};

    /// Maximum time between SIGTERM and the end of the worker processes. After this time the supervisor kills them. It
    /// should be longer than the sum of server_options::readiness_delay, server_options::drain_timeout and three
    /// seconds.
    std::chrono::milliseconds stop_timeout{15'000};

    /// The log. The default is that of server_options::observer.
    std::function<void(log_level, std::string_view)> log{};
    /// Called in the supervisor after each start of a worker process.
    std::function<void(unsigned index, pid_t pid)> on_started{};
    /// Called in the supervisor once, after all workers have reported READY=1. A server reports READY=1 when it
    /// listens.
    std::function<void()> on_ready{};
};

} // namespace rill
