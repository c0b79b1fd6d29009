#include "server/process/shutdown_deadline.hpp"

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

// The state of the signal handler. There is one state for the process. The handler does not use `mutex` and `users`.
// All other members are atomic, or they are written only while the handler is not installed.
struct process_state
{
    std::mutex mutex; // the handler never locks it
    int users = 0;
    std::array<struct sigaction, handled.size()> previous{};
    timer_t timer{};
    std::atomic<long long> max_ms{0};
    std::atomic<int> signals{0}; // number of received signals, at most 2; -1 if signals are not counted
    std::atomic<int> exit_code{0};
    prepared_line timeout_message;
};

static_assert(std::atomic<long long>::is_always_lock_free);

process_state process;

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

void count_signal(int number) noexcept
{
    int received = process.signals.load();
    while (received >= 0 && received < 2 && !process.signals.compare_exchange_weak(received, received + 1)) {
    }
    if (received == 0) {
        arm(from_now(process.max_ms));
    } else if (received == 1) {
        process.exit_code = 128 + number;
        arm(a_second);
    }
}

void end_process() noexcept
{
    if (process.signals < 0) {
        return;
    }
    if (process.exit_code == 0) {
        process.timeout_message.write();
    }
    ::_exit(process.exit_code);
}

// The timer sends SIGTERM, because this handler handles SIGTERM anyway. The application can use all other signals.
void on_signal(int number, siginfo_t* info, void* context)
{
    const int error = errno;
    if (info->si_code == SI_TIMER && info->si_value.sival_ptr == &process) {
        end_process();
        return;
    }
    count_signal(number);
    const auto& previous = process.previous[number == handled[0] ? 0 : 1];
    if ((previous.sa_flags & SA_SIGINFO) != 0) {
        previous.sa_sigaction(number, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(number);
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
        throw std::system_error(errno, std::system_category(), "timer for the deadline of the shutdown");
    }
    process.signals = 0;
    process.exit_code = 0;
    for (std::size_t i = 0; i < handled.size(); ++i) {
        ::sigaction(handled[i], nullptr, &process.previous[i]);
        struct sigaction ours
        {};
        ours.sa_sigaction = on_signal;
        ours.sa_flags = SA_SIGINFO | (process.previous[i].sa_flags & SA_RESTART);
        ::sigfillset(&ours.sa_mask);
        ::sigaction(handled[i], &ours, nullptr);
    }
}

// If another handler was installed later, it remains installed, because it may call this handler. This handler then
// only calls the previous handlers.
void tear_down()
{
    process.signals = -1;
    ::timer_delete(process.timer);
    for (std::size_t i = 0; i < handled.size(); ++i) {
        struct sigaction present
        {};
        ::sigaction(handled[i], nullptr, &present);
        if ((present.sa_flags & SA_SIGINFO) != 0 && present.sa_sigaction == on_signal) {
            ::sigaction(handled[i], &process.previous[i], nullptr);
        }
    }
}

} // namespace

shutdown_deadline::shutdown_deadline(std::chrono::milliseconds max_time, const prepared_line& timeout_message)
{
    const std::lock_guard lock(process.mutex);
    process.max_ms = std::max<long long>(max_time.count(), process.users == 0 ? 1 : process.max_ms.load());
    if (process.users == 0) {
        process.timeout_message = timeout_message;
        set_up();
    }
    ++process.users;
}

shutdown_deadline::~shutdown_deadline()
{
    const std::lock_guard lock(process.mutex);
    if (--process.users == 0) {
        tear_down();
    }
}

} // namespace rill
