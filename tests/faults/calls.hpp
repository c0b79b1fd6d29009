#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

// The system calls of a server, of which one can be made to fail. calls.cpp defines the C library's functions of these
// names for the whole test program, so that it does not matter who calls them: rill's .cpp files, or Asio's headers.
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
    ioctl, ///< FIONREAD only: FIONBIO can't fail
    shutdown,
    close,
    epoll_create1,
    epoll_ctl, ///< EPOLL_CTL_ADD only: no other operation needs memory or watches (epoll_ctl(2))
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
    fcntl, ///< F_DUPFD_CLOEXEC only: what is asked of a descriptor that is there can't fail
    timer_create,
    sendto,
    recvmsg,
    fork,
    waitpid,
    kill,
    poll,
    signalfd,
    count_ ///< how many there are
};

constexpr auto call_count = static_cast<std::size_t>(call::count_);

const char* name_of(call c) noexcept;

/// Where an exchange is. Each has calls of its own, counted from 1.
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

/// In place of an errno: the call succeeds, and moves less than it was asked to.
constexpr int moves_less = -1;

struct fault
{
    state during;
    call what;
    unsigned nth;
    int error; ///< an errno, or moves_less
};

std::string to_string(const fault& f);

/// Whether nobody but the caller may notice: tried again, or not needed.
bool is_harmless(const fault& f) noexcept;

using call_counts = std::array<std::array<unsigned, call_count>, state_count>;

/// Counts calls from zero. From now on, the call of this fault fails.
void begin(const fault* f);
void enter(state s) noexcept;
/// Whether it is made in a process of its own only, by process_exchange.hpp: for the start of one, its signals, its
/// service manager, or as a supervisor.
constexpr bool is_of_processes(call c) noexcept
{
    return c >= call::pipe;
}

/// No call fails any more. Whether the fault has come about.
bool end() noexcept;
call_counts counts();
unsigned times_made(state s, call c) noexcept;
/// By watched threads, since begin().
unsigned threads_started() noexcept;

/// Every way in which a counted call can plausibly fail: an errno that its manual names for a missing resource, for an
/// action of the peer or the network, or for a signal. An errno for a mistake of the caller is not included.
std::vector<fault> faults_of(const call_counts& counted);

/// While it lives, the calls of this thread are a server's, and those of the threads that it starts.
class watched
{
public:
    /// @param is  false: for a while they are not
    explicit watched(bool is = true) noexcept;
    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;
    ~watched();

private:
    bool before_;
};

} // namespace rill_faults
