#include <rill/server/supervisor.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <rill/server/server.hpp>
#include <rill/server/service_manager.hpp>
#include <string>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "server/listener.hpp"
#include "server/log.hpp"
#include "server/notify_inbox.hpp"
#include "server/restart_pause.hpp"

namespace rill {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct child
{
    pid_t pid = -1;            // -1: not running
    clock::time_point changed; // when it was started; when not running: is to be
    milliseconds pause{0};
    bool ready = false;
    std::optional<clock::time_point> heard; // the last WATCHDOG=1
};

class supervisor
{
public:
    supervisor(const supervisor_options& options, const std::function<int(unsigned)>& work)
        : options_(options), work_(work), children_(options.processes)
    {}

    int run();

private:
    void block_signals();
    void start_due();
    void start(unsigned index);
    [[noreturn]] void be_worker(unsigned index);
    void wait();
    void on_signals();
    void on_reports();
    void on_all_ready();
    void reap();
    void ended(unsigned index, int status);
    void check_time();
    void begin_stop();
    void signal_all(int number) const;
    bool any_alive() const;
    clock::time_point next_event() const;
    child* of(pid_t pid);
    template <class... Text>
    void log(log_level level, const Text&... text) const;

    const supervisor_options& options_;
    const std::function<int(unsigned)>& work_;
    std::vector<child> children_;
    notify_inbox inbox_;
    pid_t self_ = ::getpid();
    int signals_ = -1;
    sigset_t mask_before_{};
    std::optional<clock::time_point> killing_at_; // set: stopping
    std::optional<milliseconds> watchdog_;
    clock::time_point next_watchdog_ = clock::now();
    bool ready_ = false;
    bool failed_ = false;
};

template <class... Text>
void supervisor::log(log_level level, const Text&... text) const
{
    std::string line = "supervisor: ";
    (line.append(text), ...);
    (options_.log ? options_.log : log_to_stderr(log_format::text))(level, line);
}

void supervisor::block_signals()
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) {
        ::sigaddset(&set, number);
    }
    ::sigprocmask(SIG_BLOCK, &set, &mask_before_);
    signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int supervisor::run()
{
    block_signals();
    if (const auto period = watchdog_period()) {
        watchdog_ = std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(*period) / 2);
    }
    for (auto& c : children_) {
        c.changed = clock::now();
    }
    while (!killing_at_ || any_alive()) {
        start_due();
        wait();
        on_signals();
        on_reports();
        reap();
        check_time();
    }
    ::close(signals_);
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    log(log_level::info, "all workers have ended");
    return failed_ ? 1 : 0;
}

void supervisor::start_due()
{
    for (unsigned i = 0; i < children_.size() && !killing_at_; ++i) {
        if (children_[i].pid < 0 && children_[i].changed <= clock::now()) {
            start(i);
        }
    }
}

void supervisor::start(unsigned index)
{
    auto& c = children_[index];
    const auto pid = ::fork();
    if (pid == 0) {
        be_worker(index);
    }
    c.changed = clock::now();
    c.ready = false;
    c.heard.reset();
    if (pid < 0) {
        c.pause = next_pause(options_, c.pause, milliseconds(0));
        c.changed += c.pause;
        log(log_level::error, "can't fork: ", std::strerror(errno));
        return;
    }
    c.pid = pid;
    log(log_level::info, "worker ", std::to_string(index), " is process ", std::to_string(pid));
    if (options_.on_started) {
        options_.on_started(index, pid);
    }
}

// In a process group of its own, so that a Ctrl-C reaches the supervisor alone, who passes it on.
void supervisor::be_worker(unsigned index)
{
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != self_) { // it has ended before it could be watched
        ::_exit(1);
    }
    ::setpgid(0, 0);
    ::close(signals_);
    ::setenv("NOTIFY_SOCKET", inbox_.name().c_str(), 1);
    ::unsetenv("WATCHDOG_USEC");
    if (options_.hang_timeout.count() > 0) {
        ::setenv("WATCHDOG_USEC", std::to_string(options_.hang_timeout.count() * 1000).c_str(), 1);
        ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    }
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    try {
        std::exit(work_(index));
    } catch (const std::exception& e) {
        log(log_level::error, "worker ", std::to_string(index), " could not go on: ", e.what());
    }
    std::exit(1);
}

void supervisor::wait()
{
    const auto left = std::chrono::ceil<milliseconds>(next_event() - clock::now());
    std::array<pollfd, 2> what{pollfd{.fd = signals_, .events = POLLIN, .revents = 0},
                               pollfd{.fd = inbox_.descriptor(), .events = POLLIN, .revents = 0}};
    static_cast<void>(
        ::poll(what.data(), what.size(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000))));
}

clock::time_point supervisor::next_event() const
{
    auto next = clock::now() + std::chrono::minutes(1);
    if (killing_at_) {
        next = std::min(next, *killing_at_);
    }
    if (watchdog_) {
        next = std::min(next, next_watchdog_);
    }
    for (const auto& c : children_) {
        if (c.pid < 0 && !killing_at_) {
            next = std::min(next, c.changed);
        } else if (!killing_at_ && c.heard) {
            next = std::min(next, *c.heard + options_.hang_timeout);
        }
    }
    return next;
}

void supervisor::on_signals()
{
    signalfd_siginfo info{};
    while (::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        const auto number = static_cast<int>(info.ssi_signo);
        if (number == SIGTERM || number == SIGINT) {
            begin_stop();
        } else if (number != SIGCHLD) {
            signal_all(number);
        }
    }
}

// The second one makes a server end at once.
void supervisor::begin_stop()
{
    if (!killing_at_) {
        log(log_level::info, "stopping");
        notify_manager("STOPPING=1");
        killing_at_ = clock::now() + options_.stop_timeout;
    }
    signal_all(SIGTERM);
}

void supervisor::signal_all(int number) const
{
    for (const auto& c : children_) {
        if (c.pid >= 0) {
            ::kill(c.pid, number);
        }
    }
}

child* supervisor::of(pid_t pid)
{
    for (auto& c : children_) {
        if (c.pid == pid) {
            return &c;
        }
    }
    return nullptr;
}

// Anyone may write to such a socket; only those that the kernel says are workers are believed.
void supervisor::on_reports()
{
    for (auto r = inbox_.next(); r.sender >= 0; r = inbox_.next()) {
        auto* c = r.sender > 0 ? of(r.sender) : nullptr;
        if (c == nullptr) {
            continue;
        }
        c->ready = c->ready || has_line(r.text, "READY=1");
        if (options_.hang_timeout.count() > 0 && has_line(r.text, "WATCHDOG=1")) {
            c->heard = clock::now();
        }
    }
    if (!ready_ && std::ranges::all_of(children_, &child::ready)) {
        ready_ = true;
        on_all_ready();
    }
}

void supervisor::on_all_ready()
{
    notify_manager("READY=1\nSTATUS=" + std::to_string(children_.size()) + " workers");
    if (options_.on_ready) {
        options_.on_ready();
    }
}

void supervisor::reap()
{
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        if (auto* c = of(pid)) {
            ended(static_cast<unsigned>(c - children_.data()), status);
        }
    }
}

void supervisor::ended(unsigned index, int status)
{
    auto& c = children_[index];
    const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const auto how = WIFSIGNALED(status) ? "was killed by " + std::string(::strsignal(WTERMSIG(status)))
                                         : "ended with " + std::to_string(WEXITSTATUS(status));
    c.pid = -1;
    if (killing_at_) {
        // One that was about to start has no handler for the signal yet.
        failed_ = failed_ || !(good || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM));
        log(good ? log_level::info : log_level::warning, "worker ", std::to_string(index), " ", how);
        return;
    }
    const auto now = clock::now();
    c.pause = next_pause(options_, c.pause, std::chrono::duration_cast<milliseconds>(now - c.changed));
    c.changed = now + c.pause;
    log(log_level::error, "worker ", std::to_string(index), " ", how, ": starts again in ",
        std::to_string(c.pause.count()), " ms");
}

void supervisor::check_time()
{
    const auto now = clock::now();
    if (killing_at_ && now >= *killing_at_) {
        log(log_level::error, "workers did not end in time: they are killed");
        signal_all(SIGKILL);
        failed_ = true;
        killing_at_ = now + std::chrono::seconds(1);
    }
    if (watchdog_ && now >= next_watchdog_) {
        notify_manager("WATCHDOG=1");
        next_watchdog_ = now + *watchdog_;
    }
    for (auto& c : children_) {
        if (!killing_at_ && c.pid >= 0 && c.heard && now >= *c.heard + options_.hang_timeout) {
            log(log_level::error, "process ", std::to_string(c.pid), " hangs: it is killed");
            c.heard.reset(); // once
            ::kill(c.pid, SIGABRT);
        }
    }
}

bool supervisor::any_alive() const
{
    return std::ranges::any_of(children_, [](const child& c) { return c.pid >= 0; });
}

#if defined(__SANITIZE_THREAD__) // has a thread of its own, which does no harm
bool has_threads()
{
    return false;
}
#else
bool has_threads()
{
    std::error_code unknown;
    const std::filesystem::directory_iterator threads("/proc/self/task", unknown);
    return std::distance(begin(threads), end(threads)) > 1;
}
#endif

// Holds the port while workers come and go: bound, but not listening, so the kernel gives it no connection.
tl::expected<int, std::string> reserve_port(server_options& options)
{
    const auto probe = open_listening_socket(options, options.port, false); // is it free, also of our own kind?
    if (!probe) {
        return probe;
    }
    options.port = local_port(*probe);
    ::close(*probe);
    return bind_shared(options, options.port);
}

} // namespace

int supervise(const supervisor_options& options, const std::function<int(unsigned)>& work)
{
    const auto refuse = [&](std::string_view why) {
        (options.log ? options.log : log_to_stderr(log_format::text))(log_level::error, why);
        return 1;
    };
    if (options.processes == 0 || options.processes > 1024) {
        return refuse("supervisor_options: processes is " + std::to_string(options.processes) +
                      ": must be from 1 to 1024");
    }
    if (has_threads()) {
        return refuse("supervise() must be called before the process has started a thread");
    }
    try {
        return supervisor(options, work).run();
    } catch (const std::exception& e) {
        return refuse(e.what());
    }
}

int serve_processes(const std::function<handler()>& make_app, server_options options, supervisor_options processes)
{
    if (!processes.log) {
        processes.log = complete_log(options);
    }
    const auto refuse = [&](const std::string& why) {
        processes.log(log_level::error, why);
        return 1;
    };
    auto passed = options.sockets.empty() ? passed_sockets() : options.sockets;
    if (!passed) {
        return refuse(passed.error());
    }
    options.sockets = *passed;
    int reserved = -1;
    if (options.sockets.empty()) {
        const auto socket = reserve_port(options);
        if (!socket) {
            return refuse(socket.error());
        }
        reserved = *socket;
    }
    options.reuse_port = true;
    if (options.on_listening) {
        processes.on_ready = [told = std::exchange(options.on_listening, nullptr), then = processes.on_ready,
                              url = make_url(options.host, options.port)] {
            told(url);
            if (then) {
                then();
            }
        };
    }
    const int result = supervise(processes, [&](unsigned) { return serve(make_app(), options); });
    if (reserved >= 0) {
        ::close(reserved);
    }
    return result;
}

} // namespace rill
