#include "server/stop_deadline.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <mutex>
#include <system_error>
#include <unistd.h>

namespace rill {

namespace {

constexpr std::array handled{SIGINT, SIGTERM};
constexpr itimerspec a_second{.it_interval = {}, .it_value = {.tv_sec = 1, .tv_nsec = 0}};

// What a signal handler finds is the process': written while nothing is handled, but for the counters.
struct guarded_process
{
    std::mutex mutex; // not for the handler
    int users = 0;
    std::array<struct sigaction, handled.size()> before{};
    timer_t timer{};
    std::atomic<long long> longest_ms{0};
    std::atomic<int> heard{0}; // -1: does not count
    std::atomic<int> exit_code{0};
    prepared_line timeout_message;
};

static_assert(std::atomic<long long>::is_always_lock_free);

guarded_process process;

itimerspec from_now(long long ms) noexcept
{
    return {
        .it_interval = {},
        .it_value = {.tv_sec = static_cast<time_t>(ms / 1000), .tv_nsec = static_cast<long>(ms % 1000) * 1'000'000}};
}

void arm(const itimerspec& time) noexcept
{
    static_cast<void>(::timer_settime(process.timer, 0, &time, nullptr));
}

void count(int number) noexcept
{
    int heard = process.heard.load();
    while (heard >= 0 && heard < 2 && !process.heard.compare_exchange_weak(heard, heard + 1)) {
    }
    if (heard == 0) {
        arm(from_now(process.longest_ms));
    } else if (heard == 1) {
        process.exit_code = 128 + number;
        arm(a_second);
    }
}

void end_process() noexcept
{
    if (process.heard < 0) {
        return;
    }
    if (process.exit_code == 0) {
        process.timeout_message.write();
    }
    ::_exit(process.exit_code);
}

// The timer comes as one of the signals that it is about, so that none is taken from the application.
void on_signal(int number, siginfo_t* info, void* context)
{
    const int error = errno;
    if (info->si_code == SI_TIMER && info->si_value.sival_ptr == &process) {
        end_process();
        return;
    }
    count(number);
    const auto& before = process.before[number == handled[0] ? 0 : 1];
    if ((before.sa_flags & SA_SIGINFO) != 0) {
        before.sa_sigaction(number, info, context);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
        before.sa_handler(number);
    }
    errno = error;
}

void set_up()
{
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGTERM;
    event.sigev_value.sival_ptr = &process;
    if (::timer_create(CLOCK_MONOTONIC, &event, &process.timer) != 0) {
        throw std::system_error(errno, std::system_category(), "a timer for the shutdown's deadline");
    }
    process.heard = 0;
    process.exit_code = 0;
    for (std::size_t i = 0; i < handled.size(); ++i) {
        ::sigaction(handled[i], nullptr, &process.before[i]);
        struct sigaction ours
        {};
        ours.sa_sigaction = on_signal;
        ours.sa_flags = SA_SIGINFO | (process.before[i].sa_flags & SA_RESTART);
        ::sigfillset(&ours.sa_mask);
        ::sigaction(handled[i], &ours, nullptr);
    }
}

// Whoever has set a handler since then calls ours, perhaps: it is left, and does nothing of its own.
void tear_down()
{
    process.heard = -1;
    ::timer_delete(process.timer);
    for (std::size_t i = 0; i < handled.size(); ++i) {
        struct sigaction present
        {};
        ::sigaction(handled[i], nullptr, &present);
        if ((present.sa_flags & SA_SIGINFO) != 0 && present.sa_sigaction == on_signal) {
            ::sigaction(handled[i], &process.before[i], nullptr);
        }
    }
}

} // namespace

stop_deadline::stop_deadline(std::chrono::milliseconds longest, const prepared_line& timeout_message)
{
    const std::lock_guard lock(process.mutex);
    process.longest_ms = std::max<long long>(longest.count(), process.users == 0 ? 1 : process.longest_ms.load());
    if (process.users == 0) {
        process.timeout_message = timeout_message;
        set_up();
    }
    ++process.users;
}

stop_deadline::~stop_deadline()
{
    const std::lock_guard lock(process.mutex);
    if (--process.users == 0) {
        tear_down();
    }
}

} // namespace rill
