#include "harness/machine/process_group.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "harness/support/clock.hpp"

namespace bench {

namespace {

[[noreturn]] void run_child(pid_t parent, const std::function<void()>& body)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) { // the parent ended before prctl() took effect
        std::_Exit(1);
    }
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_DFL);
    try {
        body();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "rill-bench: %s\n", e.what());
        std::_Exit(1);
    }
    std::_Exit(0); // ends without the buffers and exit handlers of the parent
}

std::string describe(pid_t pid, int status)
{
    const auto process = "process " + std::to_string(pid) + " ";
    return WIFSIGNALED(status) ? process + "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
                                     ::strsignal(WTERMSIG(status)) + ")"
                               : process + "ended with status " + std::to_string(WEXITSTATUS(status));
}

} // namespace

process_group::~process_group()
{
    join(0);
}

void process_group::spawn(const std::function<void()>& body)
{
    std::fflush(nullptr);
    const auto parent = ::getpid();
    const auto child = ::fork();
    if (child < 0) {
        throw std::system_error(errno, std::system_category(), "cannot start a process");
    }
    if (child == 0) {
        run_child(parent, body);
    }
    pids_.push_back(child);
}

std::optional<std::string> process_group::ended()
{
    for (auto it = pids_.begin(); it != pids_.end(); ++it) {
        int status = 0;
        if (const auto pid = *it; ::waitpid(pid, &status, WNOHANG) == pid) {
            pids_.erase(it);
            return describe(pid, status);
        }
    }
    return std::nullopt;
}

void process_group::join(double timeout)
{
    const auto deadline = now_ns() + static_cast<std::int64_t>(timeout * 1e9);
    while (!pids_.empty() && now_ns() < deadline) {
        if (!ended()) {
            sleep_ns(5'000'000);
        }
    }
    for (const auto pid : pids_) {
        ::kill(pid, SIGKILL);
    }
    for (const auto pid : pids_) {
        ::waitpid(pid, nullptr, 0);
    }
    pids_.clear();
}

} // namespace bench
