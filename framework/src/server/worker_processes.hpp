#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <rill/server/supervisor.hpp>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace rill {

/// The worker processes of a supervisor: forked, reaped, and started again after their pauses.
class worker_processes
{
public:
    using clock = std::chrono::steady_clock;

    /// @param options  with a log; must outlive it
    /// @param body     what a worker does, in its own process, which ends with the result
    worker_processes(const supervisor_options& options, std::function<int(unsigned index)> body);

    /// Starts those whose time has come; none after stop().
    void start_due();

    /// Takes note of those that have ended.
    void reap();

    /// The end of a worker is no reason any more to start it again.
    void stop() noexcept { stopping_ = true; }

    /// To all that live.
    void signal(int number) const;

    /// What somebody has reported (sd_notify()): only workers are believed.
    void hear(pid_t sender, std::string_view report);

    /// Kills those that have been silent for too long: by SIGABRT, and by SIGKILL those that are still there after that
    /// time again, as who is stopped or handles SIGABRT does not end by it.
    void kill_silent();

    /// When there is something to start or to kill; none: when something is heard.
    std::optional<clock::time_point> next_event() const;

    bool all_ready() const;
    bool any_alive() const;

    /// Whether one has ended in another way than it should after stop(), or could not be set up.
    bool failed() const noexcept { return failed_; }

    /// Whether one has ended with exit_setup_failed before any was ready: the others would, too.
    bool hopeless() const noexcept { return hopeless_; }

private:
    struct process
    {
        pid_t pid = -1;            // -1: not running
        clock::time_point changed; // when it was started; when not running: is to be
        std::chrono::milliseconds pause{0};
        bool ready = false;
        std::optional<clock::time_point> heard; // the last WATCHDOG=1, or when it was killed for want of one
        bool aborted = false;                   // SIGABRT was sent
    };

    void start(unsigned index);
    [[noreturn]] void run(unsigned index, pid_t parent) const;
    void ended(unsigned index, int status);
    process* of(pid_t pid);

    const supervisor_options& options_;
    std::function<int(unsigned)> body_;
    std::vector<process> processes_;
    bool stopping_ = false;
    bool failed_ = false;
    bool hopeless_ = false;
    bool any_was_ready_ = false;
};

} // namespace rill
