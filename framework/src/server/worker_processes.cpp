#include "server/worker_processes.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "server/notify_inbox.hpp"
#include "server/restart_pause.hpp"

namespace rill {

using std::chrono::milliseconds;

worker_processes::worker_processes(const supervisor_options& options, std::function<int(unsigned index)> body)
    : options_(options), body_(std::move(body)), processes_(options.processes)
{
    for (auto& p : processes_) {
        p.changed = clock::now();
    }
}

void worker_processes::start_due()
{
    for (unsigned i = 0; i < processes_.size() && !stopping_; ++i) {
        if (processes_[i].pid < 0 && processes_[i].changed <= clock::now()) {
            start(i);
        }
    }
}

void worker_processes::start(unsigned index)
{
    auto& p = processes_[index];
    const auto parent = ::getpid();
    std::fflush(nullptr); // or the worker would write once more, at its end, what the program has written before
    const auto pid = ::fork();
    if (pid == 0) {
        run(index, parent);
    }
    p.changed = clock::now();
    p.ready = false;
    p.heard.reset();
    p.aborted = false;
    if (pid < 0) {
        const std::string why = std::strerror(errno);
        p.pause = next_pause(options_, p.pause, milliseconds(0));
        p.changed += p.pause;
        options_.log(log_level::error, "can't fork: " + why);
        return;
    }
    p.pid = pid;
    options_.log(log_level::info, "worker " + std::to_string(index) + " is process " + std::to_string(pid));
    if (options_.on_started) {
        options_.on_started(index, pid);
    }
}

// In a process group of its own, so that a Ctrl-C reaches the supervisor alone, who passes it on.
void worker_processes::run(unsigned index, pid_t parent) const
{
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) { // it has ended before it could be watched
        ::_exit(1);
    }
    ::setpgid(0, 0);
    try {
        std::exit(body_(index));
    } catch (const std::exception& e) {
        options_.log(log_level::error, "worker " + std::to_string(index) + " could not go on: " + e.what());
    }
    std::exit(1);
}

void worker_processes::signal(int number) const
{
    for (const auto& p : processes_) {
        if (p.pid >= 0) {
            ::kill(p.pid, number);
        }
    }
}

worker_processes::process* worker_processes::of(pid_t pid)
{
    const auto found = std::ranges::find(processes_, pid, &process::pid);
    return pid > 0 && found != processes_.end() ? &*found : nullptr;
}

void worker_processes::hear(pid_t sender, std::string_view report)
{
    if (auto* p = of(sender)) {
        // Either may be lost where the socket is full.
        p->ready = p->ready || has_line(report, "READY=1") || has_line(report, "WATCHDOG=1");
        any_was_ready_ = any_was_ready_ || p->ready;
        if (options_.hang_timeout.count() > 0 && has_line(report, "WATCHDOG=1")) {
            p->heard = clock::now();
        }
    }
}

void worker_processes::reap()
{
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR);) {
        if (const auto* p = of(pid)) {
            ended(static_cast<unsigned>(p - processes_.data()), status);
        }
    }
}

void worker_processes::ended(unsigned index, int status)
{
    auto& p = processes_[index];
    const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const auto how = "worker " + std::to_string(index) +
                     (WIFSIGNALED(status) ? " was killed by " + std::string(::strsignal(WTERMSIG(status)))
                                          : " ended with " + std::to_string(WEXITSTATUS(status)));
    p.pid = -1;
    if (stopping_) {
        // One that was about to start has no handler for the signal yet.
        failed_ = failed_ || !(good || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM));
        options_.log(good ? log_level::info : log_level::warning, how);
        return;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == exit_setup_failed && !any_was_ready_) {
        failed_ = hopeless_ = true;
        return;
    }
    const auto now = clock::now();
    p.pause = next_pause(options_, p.pause, std::chrono::duration_cast<milliseconds>(now - p.changed));
    p.changed = now + p.pause;
    options_.log(log_level::error, how + ": starts again in " + std::to_string(p.pause.count()) + " ms");
}

void worker_processes::kill_silent()
{
    for (auto& p : processes_) {
        if (!stopping_ && p.pid >= 0 && p.heard && clock::now() >= *p.heard + options_.hang_timeout) {
            const auto who = "process " + std::to_string(p.pid);
            options_.log(log_level::error,
                         who + (p.aborted ? " does not end: it is killed for good" : " hangs: it is killed"));
            ::kill(p.pid, p.aborted ? SIGKILL : SIGABRT);
            p.heard = clock::now();
            p.aborted = true;
        }
    }
}

std::optional<worker_processes::clock::time_point> worker_processes::next_event() const
{
    std::optional<clock::time_point> next;
    const auto at = [&next](clock::time_point time) { next = next ? std::min(*next, time) : time; };
    for (const auto& p : processes_) {
        if (stopping_) {
            break;
        }
        if (p.pid < 0) {
            at(p.changed);
        } else if (p.heard) {
            at(*p.heard + options_.hang_timeout);
        }
    }
    return next;
}

bool worker_processes::all_ready() const
{
    return std::ranges::all_of(processes_, &process::ready);
}

bool worker_processes::any_alive() const
{
    return std::ranges::any_of(processes_, [](const process& p) { return p.pid >= 0; });
}

} // namespace rill
