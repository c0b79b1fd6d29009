#include "faults/calls.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <utility>

#include "faults/interposing.hpp"

namespace rill_faults {

namespace {

struct call_kind
{
    const char* name;
    std::initializer_list<int> errors;
    std::initializer_list<int> harmless;
};

// The errors that a correct caller can get, from the manual pages, and from tcp(7) for TCP.
const std::array<call_kind, call_count> kinds{{
    {"socket", {EMFILE, ENFILE, ENOBUFS, ENOMEM, EACCES}, {}},
    {"bind", {EADDRINUSE, EACCES, EADDRNOTAVAIL}, {}},
    {"listen", {EADDRINUSE}, {}},
    {"getsockname", {ENOBUFS}, {}},
    {"setsockopt", {ENOMEM, ENOPROTOOPT}, {}},
    {"accept4",
     {EMFILE, ENFILE, ENOMEM, ENOBUFS, ECONNABORTED, EINTR, EPROTO, EPERM, EAGAIN},
     {EMFILE, ENFILE, ENOMEM, ENOBUFS, ECONNABORTED, EINTR, EPROTO, EPERM, EAGAIN}},
    {"getpeername", {ENOTCONN, ENOBUFS}, {ENOTCONN, ENOBUFS}},
    {"recv", {ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENOMEM, EINTR, EAGAIN, moves_less}, {EINTR, EAGAIN, moves_less}},
    {"send",
     {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENOBUFS, ENOMEM, EINTR, EAGAIN, moves_less},
     {EINTR, EAGAIN, moves_less}},
    {"ioctl", {EINVAL}, {EINVAL}},
    {"shutdown", {ENOTCONN}, {ENOTCONN}},
    {"close", {EINTR, EIO}, {EINTR, EIO}},
    {"epoll_create1", {EMFILE, ENFILE, ENOMEM}, {}},
    {"epoll_ctl", {ENOMEM, ENOSPC}, {}},
    {"epoll_wait", {EINTR}, {EINTR}},
    {"eventfd", {EMFILE, ENFILE, ENOMEM}, {}},
    {"timerfd_create", {EMFILE, ENFILE, ENOMEM}, {}},
    {"read", {EINTR, EAGAIN}, {EINTR, EAGAIN}},
    {"write", {EINTR}, {EINTR}},
    {"openat", {EMFILE, ENFILE, ENOMEM, EACCES, EINTR}, {}},
    {"fstat", {ENOMEM}, {}},
    {"pread", {EIO, EINTR, moves_less}, {EINTR, moves_less}},
    {"getrandom", {EAGAIN, EINTR}, {EAGAIN, EINTR}},
    {"pthread_create", {EAGAIN}, {}},
    {"pipe", {EMFILE, ENFILE}, {}},
    {"fcntl", {EMFILE}, {}},
    {"timer_create", {EAGAIN, ENOMEM}, {}},
    {"sendto", {EAGAIN, ECONNREFUSED, ENOBUFS}, {EAGAIN, ECONNREFUSED, ENOBUFS}},
    {"recvmsg", {EINTR, EAGAIN, ENOMEM}, {EINTR, EAGAIN, ENOMEM}},
    {"fork", {EAGAIN, ENOMEM}, {EAGAIN, ENOMEM}},
    {"waitpid", {EINTR}, {EINTR}},
    {"kill", {EPERM}, {}},
    {"poll", {EINTR, ENOMEM}, {EINTR, ENOMEM}},
    {"signalfd", {EMFILE, ENFILE, ENOMEM}, {}},
}};

constexpr std::array<const char*, state_count> state_names{"set_up", "bystander", "request", "chunked", "upload",
                                                           "file",   "stream",    "blocked", "resume",  "broadcast",
                                                           "leave",  "after",     "drain"};

const call_kind& kind_of(call c) noexcept
{
    return kinds[static_cast<std::size_t>(c)];
}

bool contains(std::initializer_list<int> errors, int error) noexcept
{
    for (const int each : errors) {
        if (each == error) {
            return true;
        }
    }
    return false;
}

thread_local bool is_watched = false;

std::mutex mutex; // protects the variables below

/// Holds the mutex and blocks all signals. A signal handler makes system calls, too. It must not run while its thread
/// holds the mutex.
class guard
{
public:
    guard() noexcept
    {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
        mutex.lock();
    }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    ~guard()
    {
        mutex.unlock();
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t before_;
};

call_counts counted{};
std::optional<fault> planned;
state present = state::set_up;
bool came_about = false;
unsigned started = 0;

} // namespace

const char* name_of(call c) noexcept
{
    return kind_of(c).name;
}

const char* name_of(state s) noexcept
{
    return state_names[static_cast<std::size_t>(s)];
}

std::string to_string(const fault& f)
{
    return std::string(name_of(f.during)) + ": " + name_of(f.what) + " no. " + std::to_string(f.nth) + ": " +
           (f.error == moves_less ? "moves less" : ::strerrorname_np(f.error));
}

bool is_harmless(const fault& f) noexcept
{
    // While the server starts, it may report any failure. After that, socket options only tune a connection.
    return contains(kind_of(f.what).harmless, f.error) || (f.what == call::setsockopt && f.during != state::set_up);
}

void begin(const fault* f)
{
    const guard lock;
    counted = {};
    planned = f != nullptr ? std::optional(*f) : std::nullopt;
    present = state::set_up;
    came_about = false;
    started = 0;
}

void enter(state s) noexcept
{
    const guard lock;
    present = s;
}

bool end() noexcept
{
    const guard lock;
    planned.reset();
    return came_about;
}

call_counts counts()
{
    const guard lock;
    return counted;
}

unsigned times_made(state s, call c) noexcept
{
    const guard lock;
    return counted[static_cast<std::size_t>(s)][static_cast<std::size_t>(c)];
}

unsigned threads_started() noexcept
{
    const guard lock;
    return started;
}

std::vector<fault> faults_of(const call_counts& counted)
{
    std::vector<fault> all;
    for (std::size_t s = 0; s < state_count; ++s) {
        for (std::size_t c = 0; c < call_count; ++c) {
            for (unsigned n = 1; n <= counted[s][c]; ++n) {
                for (const int error : kinds[c].errors) {
                    all.push_back({static_cast<state>(s), static_cast<call>(c), n, error});
                }
            }
        }
    }
    return all;
}

watched::watched(bool is) noexcept : before_(std::exchange(is_watched, is)) {}

watched::~watched()
{
    is_watched = before_;
}

int error_of(call c) noexcept
{
    if (!is_watched) {
        return 0;
    }
    const guard lock;
    const auto n = ++counted[static_cast<std::size_t>(present)][static_cast<std::size_t>(c)];
    if (!planned || planned->during != present || planned->what != c || planned->nth != n) {
        return 0;
    }
    came_about = true;
    return std::exchange(planned, std::nullopt)->error;
}

void note_thread() noexcept
{
    const guard lock;
    started += is_watched ? 1 : 0;
}

void stop_watching() noexcept
{
    is_watched = false;
}

bool is_watching() noexcept
{
    return is_watched;
}

} // namespace rill_faults
