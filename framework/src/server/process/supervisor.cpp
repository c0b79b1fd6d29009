#include <rill/server/supervisor.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <rill/server/log.hpp>
#include <rill/server/service_manager.hpp>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include "server/process/check_supervisor_options.hpp"
#include "server/process/notify_socket.hpp"
#include "server/process/signal_descriptor.hpp"
#include "server/process/sigpipe_handler.hpp"
#include "server/process/worker_processes.hpp"

namespace rill {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::array watched_signals{SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};

class supervisor
{
public:
    supervisor(const supervisor_options& options, const std::function<int(unsigned)>& work)
        : options_(options), workers_(options_, [this, &work](unsigned index) { return run_worker(index, work); }),
          signals_(watched_signals)
    {}

    int run();

private:
    int run_worker(unsigned index, const std::function<int(unsigned)>& work);
    void wait() const;
    void on_signals();
    void on_reports();
    void begin_stop();
    void check_time();
    clock::time_point next_event() const;

    const supervisor_options& options_;
    worker_processes workers_;
    notify_socket reports_;
    signal_descriptor signals_;
    std::optional<clock::time_point> kill_time_; // set while the supervisor is stopping
    std::optional<milliseconds> watchdog_;
    clock::time_point next_watchdog_ = clock::now();
    bool ready_ = false;
    bool killed_ = false;
};

int supervisor::run()
{
    if (const auto period = watchdog_period()) {
        watchdog_ = std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(*period) / 2);
    }
    while (!kill_time_ || workers_.any_alive()) {
        workers_.start_due();
        wait();
        on_signals();
        on_reports();
        workers_.reap();
        if (workers_.setup_failed() && !kill_time_) {
            begin_stop();
        }
        check_time();
    }
    options_.log(log_level::info, "all workers have ended");
    return killed_ || workers_.failed() ? 1 : 0;
}

int supervisor::run_worker(unsigned index, const std::function<int(unsigned)>& work)
{
    ::setenv("NOTIFY_SOCKET", reports_.name().c_str(), 1);
    ::unsetenv("WATCHDOG_USEC");
    if (options_.hang_timeout.count() > 0) {
        ::setenv("WATCHDOG_USEC", std::to_string(options_.hang_timeout.count() * 1000).c_str(), 1);
        ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    }
    signals_.release();
    return work(index);
}

void supervisor::wait() const
{
    const auto left = std::chrono::ceil<milliseconds>(next_event() - clock::now());
    std::array<pollfd, 2> descriptors{pollfd{.fd = signals_.descriptor(), .events = POLLIN, .revents = 0},
                                      pollfd{.fd = reports_.descriptor(), .events = POLLIN, .revents = 0}};
    static_cast<void>(::poll(descriptors.data(), descriptors.size(),
                             static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000))));
}

clock::time_point supervisor::next_event() const
{
    auto next = clock::now() + std::chrono::minutes(1);
    if (kill_time_) {
        next = std::min(next, *kill_time_);
    }
    if (watchdog_) {
        next = std::min(next, next_watchdog_);
    }
    return std::min(next, workers_.next_event().value_or(next));
}

void supervisor::on_signals()
{
    for (int number = signals_.next(); number != 0; number = signals_.next()) {
        if (number == SIGTERM || number == SIGINT) {
            begin_stop();
        } else if (number != SIGCHLD) {
            workers_.signal(number);
        }
    }
}

// A second signal is sent to the workers, too. It makes each server end at once.
void supervisor::begin_stop()
{
    if (!kill_time_) {
        options_.log(log_level::info, "stopping");
        sd_notify("STOPPING=1");
        workers_.stop();
        kill_time_ = clock::now() + options_.stop_timeout;
    }
    workers_.signal(SIGTERM);
}

void supervisor::on_reports()
{
    for (auto r = reports_.next(); r.sender >= 0; r = reports_.next()) {
        workers_.on_report(r.sender, r.text);
    }
    if (ready_ || !workers_.all_ready()) {
        return;
    }
    ready_ = true;
    sd_notify("READY=1\nSTATUS=" + std::to_string(options_.processes) + " workers");
    if (options_.on_ready) {
        options_.on_ready();
    }
}

void supervisor::check_time()
{
    const auto now = clock::now();
    if (kill_time_ && now >= *kill_time_) {
        options_.log(log_level::error, "workers did not end in time: sending SIGKILL");
        workers_.signal(SIGKILL);
        killed_ = true;
        kill_time_ = now + std::chrono::seconds(1);
    }
    if (watchdog_ && now >= next_watchdog_) {
        sd_notify("WATCHDOG=1");
        next_watchdog_ = now + *watchdog_;
    }
    workers_.kill_unresponsive();
}

#if defined(__SANITIZE_THREAD__) // ThreadSanitizer may run a thread of its own
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

} // namespace

int supervise(const supervisor_options& options, const std::function<int(unsigned)>& work)
{
    install_sigpipe_handler();
    const log_sink log = options.log ? options.log : log_to_stderr(log_format::text);
    const auto fail = [&](std::string_view why) {
        log(log_level::error, why);
        return 1;
    };
    try {
        check_options(options);
    } catch (const std::invalid_argument& e) {
        return fail(e.what());
    }
    if (has_threads()) {
        return fail("supervise() must be called while the process has one thread");
    }
    auto own_options = options;
    own_options.log = [&log](log_level level, std::string_view text) {
        log(level, "supervisor: " + std::string(text));
    };
    try {
        return supervisor(own_options, work).run();
    } catch (const std::exception& e) {
        return fail(e.what());
    }
}

} // namespace rill
