#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <rill/server/supervisor_options.hpp>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace rill {

/// The worker processes of a supervisor. It forks them, reaps them, and starts them again after their backoff.
class worker_processes
{
public:
    using clock = std::chrono::steady_clock;

    /// @param options  must have a log, and must outlive this object
    /// @param body     runs in each worker process; its result is the exit code of the process
    worker_processes(const supervisor_options& options, std::function<int(unsigned index)> body);

    /// Starts each process whose backoff is over. Does nothing after stop().
    void start_due();

    /// Handles the end of processes.
    void reap();

    /// After this call, no process is started.
    void stop() noexcept { stopping_ = true; }

    /// Sends a signal to all running processes.
    void signal(int number) const;

    /// Handles a report of sd_notify(). Ignores it unless `sender` is a worker process.
    void on_report(pid_t sender, std::string_view report);

    /// Sends SIGABRT to each process that has not reported for supervisor_options::hang_timeout. If the process still
    /// exists after another hang_timeout, sends SIGKILL, because a process that is stopped or that handles SIGABRT may
    /// not end.
    void kill_unresponsive();

    /// The time at which the next process must be started or killed. None if there is no such time. Then only a signal
    /// or a report can change this.
    std::optional<clock::time_point> next_event() const;

    bool all_ready() const;
    bool any_alive() const;

    /// Whether a process did not end properly after stop(), or failed during its setup.
    bool failed() const noexcept { return failed_; }

    /// Whether a process has ended with exit_setup_failed before any process was ready. Then the other processes would
    /// fail, too.
    bool setup_failed() const noexcept { return setup_failed_; }

private:
    struct process
    {
        pid_t pid = -1;               // -1 if the process does not run
        clock::time_point start_time; // start time of the running process, or of the next one
        std::chrono::milliseconds backoff{0};
        bool ready = false;
        std::optional<clock::time_point> last_report; // time of the last WATCHDOG=1, or of the last SIGABRT or SIGKILL
        bool aborted = false;                         // SIGABRT was sent
    };

    void start(unsigned index);
    [[noreturn]] void run(unsigned index, pid_t parent) const;
    void on_end(unsigned index, int status);
    process* of(pid_t pid);

    const supervisor_options& options_;
    std::function<int(unsigned)> body_;
    std::vector<process> processes_;
    bool stopping_ = false;
    bool failed_ = false;
    bool setup_failed_ = false;
    bool any_was_ready_ = false;
};

} // namespace rill
