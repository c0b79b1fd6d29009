#pragma once

#include <chrono>
#include <functional>
#include <rill/http/handler.hpp>
#include <rill/server/options.hpp>
#include <string_view>
#include <sys/types.h>

namespace rill {

/// The result of a worker process that another start would not help: EX_CONFIG of <sysexits.h>.
inline constexpr int exit_setup_failed = 78;

struct supervisor_options
{
    unsigned processes = 2; ///< 1 to 1,024

    /// How long a worker that has ended is waited with before it is started again; doubled each time, up to the
    /// longest. One that has lived for `backoff_reset_after` begins with the first pause again.
    std::chrono::milliseconds initial_backoff{100};
    std::chrono::milliseconds max_backoff{30'000};
    std::chrono::milliseconds backoff_reset_after{10'000};

    /// A worker that has said WATCHDOG=1 (a server does), and then nothing for so long, is killed by SIGABRT (and after
    /// that time again by SIGKILL, if it is still there) and started again. 0: never.
    std::chrono::milliseconds hang_timeout{30'000};

    /// From SIGTERM on; who still lives after it is killed. To be longer than server_options::readiness_delay and
    /// drain_timeout together, and than three seconds more.
    std::chrono::milliseconds stop_timeout{15'000};

    /// By default as server_options::observer does.
    std::function<void(log_level, std::string_view)> log{};
    /// Called in the supervisor: a worker was started, for the first time or again.
    std::function<void(unsigned index, pid_t pid)> on_started{};
    /// Called in the supervisor, once: all workers have said READY=1 (a server does when it listens).
    std::function<void()> on_ready{};
};

/// Forks `processes` workers, each of which calls `work` with its index and ends with what it returns, and starts again
/// those that end, however they end. The others do not notice. Only where one ends with exit_setup_failed before any
/// worker has said READY=1 all of them end: the program cannot start. Returns after SIGTERM or SIGINT, when all workers
/// have ended; these get SIGTERM then. SIGHUP, SIGUSR1 and SIGUSR2 are passed on. When the supervisor is killed, its
/// workers get SIGTERM.
///
/// To be called while the process has one thread, as a fork copies only the one that calls it; so whatever runs threads
/// is made in `work`. Under systemd it speaks for all workers: READY=1 when all of them listen, STOPPING=1, WATCHDOG=1.
/// Does not throw: options that cannot be, and what prevents the start, are one line of the log.
/// @return 0 when all workers have ended with 0, otherwise 1: main()'s result
int supervise(const supervisor_options& options, const std::function<int(unsigned index)>& work);

/// serve() in several processes on one port (SO_REUSEPORT): a crash costs only its own process' streams, and the limit
/// on open files counts for each of them alone. They share nothing: a channel reaches the streams of its own process.
/// Does not throw. What prevents the start is one line of the log and the result 1, as in serve(). An exception that
/// leaves `make_app` is one line of each process, and the result 1, as long as no worker has been ready; later that
/// worker is started again, as one that has crashed.
/// @param make_app  called in each process
int serve_processes(const std::function<handler()>& make_app, server_options options, supervisor_options processes);

} // namespace rill
