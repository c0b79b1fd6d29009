#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

// The system calls of a server. A test can make one of them fail. interposed.cpp replaces these functions of the C
// library in the whole test program. Therefore calls from rill and calls from the headers of Asio can both fail.
namespace rill_faults {

enum class call : unsigned char
{
    socket,
    bind,
    listen,
    getsockname,
    setsockopt,
    accept4,
    getpeername,
    recv,
    send,
    ioctl, ///< FIONREAD only, because FIONBIO cannot fail
    shutdown,
    close,
    epoll_create1,
    epoll_ctl, ///< EPOLL_CTL_ADD only; no other operation needs memory or watches (epoll_ctl(2))
    epoll_wait,
    eventfd,
    timerfd_create,
    read,
    write,
    openat,
    fstat,
    pread,
    getrandom,
    pthread_create,
    pipe,
    fcntl, ///< F_DUPFD_CLOEXEC only; the other commands cannot fail for an open descriptor
    timer_create,
    sendto,
    recvmsg,
    fork,
    waitpid,
    kill,
    poll,
    signalfd,
    count_ ///< the number of calls
};

constexpr auto call_count = static_cast<std::size_t>(call::count_);

const char* name_of(call c) noexcept;

/// The part of an exchange that runs. The calls of each part are counted from 1.
enum class state : unsigned char
{
    set_up,
    bystander,
    request,
    chunked,
    upload,
    file,
    stream,
    blocked,
    resume,
    broadcast,
    leave,
    after,
    drain,
    count_
};

constexpr auto state_count = static_cast<std::size_t>(state::count_);

const char* name_of(state s) noexcept;

/// Used in place of an errno. The call succeeds, but transfers fewer bytes than requested.
constexpr int moves_less = -1;

struct fault
{
    state during;
    call what;
    unsigned nth;
    int error; ///< an errno, or moves_less
};

std::string to_string(const fault& f);

/// Returns true if only the caller may notice the fault, because it repeats the call or does not need it.
bool is_harmless(const fault& f) noexcept;

using call_counts = std::array<std::array<unsigned, call_count>, state_count>;

/// Resets the counters. After that, the call of this fault fails. With nullptr, no call fails.
void begin(const fault* f);
void enter(state s) noexcept;
/// Returns true if only the processes of process_exchange.hpp make this call. They need it to start, for signals, for
/// the service manager, or as a supervisor.
constexpr bool is_of_processes(call c) noexcept
{
    return c >= call::pipe;
}

/// Ends the fault, so that no call fails. Returns true if the fault has occurred.
bool end() noexcept;
call_counts counts();
unsigned times_made(state s, call c) noexcept;
/// Returns the number of threads that watched threads have started since begin().
unsigned threads_started() noexcept;

/// Returns every fault that a counted call can plausibly have. Its manual page names the errno for a missing resource,
/// for an action of the peer or the network, or for a signal. An errno for a mistake of the caller is not included.
std::vector<fault> faults_of(const call_counts& counted);

/// While this object exists, calls of this thread count as calls of the server. Threads that this thread starts also
/// count.
class watched
{
public:
    /// @param is  false: calls of this thread do not count while this object exists
    explicit watched(bool is = true) noexcept;
    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;
    ~watched();

private:
    bool before_;
};

} // namespace rill_faults
