#include "server/process/worker_processes.hpp"

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

#include "server/process/notify_socket.hpp"
#include "server/process/restart_backoff.hpp"

namespace rill {

using std::chrono::milliseconds;

worker_processes::worker_processes(const supervisor_options& options, std::function<int(unsigned index)> body)
    : options_(options), body_(std::move(body)), processes_(options.processes)
{
    for (auto& p : processes_) {
        p.start_time = clock::now();
    }
}

void worker_processes::start_due()
{
    for (unsigned i = 0; i < processes_.size() && !stopping_; ++i) {
        if (processes_[i].pid < 0 && processes_[i].start_time <= clock::now()) {
            start(i);
        }
    }
}

void worker_processes::start(unsigned index)
{
    auto& p = processes_[index];
    const auto parent = ::getpid();
    std::fflush(nullptr); // otherwise the worker would write the buffered output again when it ends
    const auto pid = ::fork();
    if (pid == 0) {
        run(index, parent);
    }
    p.start_time = clock::now();
    p.ready = false;
    p.last_report.reset();
    p.aborted = false;
    if (pid < 0) {
        const std::string why = std::strerror(errno);
        p.backoff = next_backoff(options_, p.backoff, milliseconds(0));
        p.start_time += p.backoff;
        options_.log(log_level::error, "cannot fork: " + why);
        return;
    }
    p.pid = pid;
    options_.log(log_level::info, "worker " + std::to_string(index) + " is process " + std::to_string(pid));
    if (options_.on_started) {
        options_.on_started(index, pid);
    }
}

// The process has its own process group. Therefore Ctrl-C reaches only the supervisor, which then stops the workers.
void worker_processes::run(unsigned index, pid_t parent) const
{
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) { // the supervisor ended before prctl()
        ::_exit(1);
    }
    ::setpgid(0, 0);
    try {
        std::exit(body_(index));
    } catch (const std::exception& e) {
        options_.log(log_level::error, "worker " + std::to_string(index) + " failed: " + e.what());
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

void worker_processes::on_report(pid_t sender, std::string_view report)
{
    if (auto* p = of(sender)) {
        // The report READY=1 may be lost if the socket is full. Therefore WATCHDOG=1 also shows that the worker is
        // ready.
        p->ready = p->ready || has_line(report, "READY=1") || has_line(report, "WATCHDOG=1");
        any_was_ready_ = any_was_ready_ || p->ready;
        if (options_.hang_timeout.count() > 0 && has_line(report, "WATCHDOG=1")) {
            p->last_report = clock::now();
        }
    }
}

void worker_processes::reap()
{
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR);) {
        if (const auto* p = of(pid)) {
            on_end(static_cast<unsigned>(p - processes_.data()), status);
        }
    }
}

void worker_processes::on_end(unsigned index, int status)
{
    auto& p = processes_[index];
    const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const auto how = "worker " + std::to_string(index) +
                     (WIFSIGNALED(status) ? " was killed by " + std::string(::strsignal(WTERMSIG(status)))
                                          : " ended with " + std::to_string(WEXITSTATUS(status)));
    p.pid = -1;
    if (stopping_) {
        // A process that has just started may have no handler for SIGTERM yet.
        failed_ = failed_ || !(good || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM));
        options_.log(good ? log_level::info : log_level::warning, how);
        return;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == exit_setup_failed && !any_was_ready_) {
        failed_ = setup_failed_ = true;
        return;
    }
    const auto now = clock::now();
    p.backoff = next_backoff(options_, p.backoff, std::chrono::duration_cast<milliseconds>(now - p.start_time));
    p.start_time = now + p.backoff;
    options_.log(log_level::error, how + "; restart in " + std::to_string(p.backoff.count()) + " ms");
}

void worker_processes::kill_unresponsive()
{
    for (auto& p : processes_) {
        if (!stopping_ && p.pid >= 0 && p.last_report && clock::now() >= *p.last_report + options_.hang_timeout) {
            const auto name = "process " + std::to_string(p.pid);
            options_.log(log_level::error, name + (p.aborted ? " does not end after SIGABRT: sending SIGKILL"
                                                             : " hangs: sending SIGABRT"));
            ::kill(p.pid, p.aborted ? SIGKILL : SIGABRT);
            p.last_report = clock::now();
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
            at(p.start_time);
        } else if (p.last_report) {
            at(*p.last_report + options_.hang_timeout);
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
