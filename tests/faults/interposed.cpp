// These functions replace those of the C library in the whole test program.

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <mutex>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "faults/interposing.hpp"

namespace rill_faults {

namespace {

/// The events that are registered for a descriptor in an edge-triggered epoll.
struct registration
{
    int epoll;
    epoll_event event;
};

std::mutex registering;
std::map<int, registration> registrations;

int fail(int error) noexcept
{
    errno = error;
    return -1;
}

/// Returns the function of the C library.
template <class Function, call C>
Function* original() noexcept
{
    static auto* const function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name_of(C)));
    return function;
}

template <call C, class Result, class... Arguments>
Result fail_or_call(Arguments... arguments) noexcept
{
    if (const int error = error_of(C)) {
        return static_cast<Result>(fail(error));
    }
    return original<Result(Arguments...), C>()(arguments...);
}

// After EAGAIN or a short transfer, the kernel reports a new edge when the descriptor is ready. For a simulated EAGAIN
// or short transfer, this function causes the edge immediately.
void give_new_edge(int descriptor) noexcept
{
    const std::lock_guard lock(registering);
    if (const auto found = registrations.find(descriptor); found != registrations.end()) {
        auto event = found->second.event;
        original<int(int, int, int, epoll_event*), call::epoll_ctl>()(found->second.epoll, EPOLL_CTL_MOD, descriptor,
                                                                      &event);
    }
}

/// The common part of send() and recv().
template <call C, class Pointer>
ssize_t transfer(int socket, Pointer bytes, std::size_t size, int flags) noexcept
{
    const auto function = original<ssize_t(int, Pointer, std::size_t, int), C>();
    const int error = error_of(C);
    if (error == 0) {
        return function(socket, bytes, size, flags);
    }
    ssize_t moved = -1;
    if (error == moves_less) {
        moved = function(socket, bytes, C == call::recv ? 1 : size - size / 2, flags);
    }
    const int why = error == moves_less ? errno : error;
    if (error == moves_less || error == EAGAIN) {
        give_new_edge(socket);
    }
    errno = why;
    return moved;
}

struct thread_start
{
    void* (*run)(void*);
    void* argument;
    bool is_watched;
};

void* start_thread(void* argument)
{
    const std::unique_ptr<thread_start> start(static_cast<thread_start*>(argument));
    if (!start->is_watched) {
        return start->run(start->argument);
    }
    const watched scope;
    return start->run(start->argument);
}

} // namespace

} // namespace rill_faults

// The functions below have the names of the C library. __asm__ sets these names, because the headers already declare
// them, partly with other exception specifications.
extern "C" {

int rill_socket(int domain, int type, int protocol) __asm__("socket");
int rill_bind(int socket, const sockaddr* address, socklen_t length) __asm__("bind");
int rill_listen(int socket, int backlog) __asm__("listen");
int rill_getsockname(int socket, sockaddr* address, socklen_t* length) __asm__("getsockname");
int rill_setsockopt(int socket, int level, int name, const void* value, socklen_t length) __asm__("setsockopt");
int rill_accept4(int socket, sockaddr* address, socklen_t* length, int flags) __asm__("accept4");
int rill_getpeername(int socket, sockaddr* address, socklen_t* length) __asm__("getpeername");
ssize_t rill_recv(int socket, void* into, std::size_t size, int flags) __asm__("recv");
ssize_t rill_send(int socket, const void* bytes, std::size_t size, int flags) __asm__("send");
int rill_ioctl(int descriptor, unsigned long request, void* argument) __asm__("ioctl");
int rill_shutdown(int socket, int how) __asm__("shutdown");
int rill_close(int descriptor) __asm__("close");
int rill_epoll_create1(int flags) __asm__("epoll_create1");
int rill_epoll_ctl(int epoll, int operation, int descriptor, epoll_event* event) __asm__("epoll_ctl");
int rill_epoll_wait(int epoll, epoll_event* events, int most, int timeout) __asm__("epoll_wait");
int rill_eventfd(unsigned value, int flags) __asm__("eventfd");
int rill_timerfd_create(int clock, int flags) __asm__("timerfd_create");
ssize_t rill_read(int descriptor, void* into, std::size_t size) __asm__("read");
ssize_t rill_write(int descriptor, const void* bytes, std::size_t size) __asm__("write");
int rill_openat(int directory, const char* name, int flags, mode_t mode) __asm__("openat");
int rill_fstat(int descriptor, struct stat* into) __asm__("fstat");
ssize_t rill_pread(int descriptor, void* into, std::size_t size, off_t offset) __asm__("pread");
ssize_t rill_getrandom(void* into, std::size_t size, unsigned flags) __asm__("getrandom");
int rill_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                        void* argument) __asm__("pthread_create");
int rill_pipe(int* ends) __asm__("pipe");
int rill_fcntl(int descriptor, int command, long argument) __asm__("fcntl");
int rill_timer_create(clockid_t clock, sigevent* event, timer_t* timer) __asm__("timer_create");
ssize_t rill_sendto(int socket, const void* bytes, std::size_t size, int flags, const sockaddr* to,
                    socklen_t length) __asm__("sendto");
ssize_t rill_recvmsg(int socket, msghdr* message, int flags) __asm__("recvmsg");
pid_t rill_fork() __asm__("fork");
pid_t rill_waitpid(pid_t pid, int* status, int options) __asm__("waitpid");
int rill_kill(pid_t pid, int number) __asm__("kill");
int rill_poll(pollfd* what, nfds_t count, int timeout) __asm__("poll");
int rill_signalfd(int descriptor, const sigset_t* mask, int flags) __asm__("signalfd");

} // extern "C"

using namespace rill_faults;

int rill_socket(int domain, int type, int protocol)
{
    return fail_or_call<call::socket, int>(domain, type, protocol);
}

int rill_bind(int socket, const sockaddr* address, socklen_t length)
{
    return fail_or_call<call::bind, int>(socket, address, length);
}

int rill_listen(int socket, int backlog)
{
    return fail_or_call<call::listen, int>(socket, backlog);
}

int rill_getsockname(int socket, sockaddr* address, socklen_t* length)
{
    return fail_or_call<call::getsockname, int>(socket, address, length);
}

int rill_setsockopt(int socket, int level, int name, const void* value, socklen_t length)
{
    return fail_or_call<call::setsockopt, int>(socket, level, name, value, length);
}

int rill_accept4(int socket, sockaddr* address, socklen_t* length, int flags)
{
    return fail_or_call<call::accept4, int>(socket, address, length, flags);
}

int rill_getpeername(int socket, sockaddr* address, socklen_t* length)
{
    return fail_or_call<call::getpeername, int>(socket, address, length);
}

ssize_t rill_recv(int socket, void* into, std::size_t size, int flags)
{
    return transfer<call::recv>(socket, into, size, flags);
}

ssize_t rill_send(int socket, const void* bytes, std::size_t size, int flags)
{
    return transfer<call::send>(socket, bytes, size, flags);
}

// ioctl() is variadic in the C library. All callers here pass at most one pointer, which has the same position.
int rill_ioctl(int descriptor, unsigned long request, void* argument)
{
    return request == FIONREAD ? fail_or_call<call::ioctl, int>(descriptor, request, argument)
                               : original<int(int, unsigned long, void*), call::ioctl>()(descriptor, request, argument);
}

// If the peer has disconnected, shutdown() has nothing to do. Therefore the real call runs even with a fault.
int rill_shutdown(int socket, int how)
{
    const int error = error_of(call::shutdown);
    const int done = original<int(int, int), call::shutdown>()(socket, how);
    return error != 0 ? fail(error) : done;
}

// Linux closes the descriptor even if close() returns an error.
int rill_close(int descriptor)
{
    if (is_watching()) {
        const std::lock_guard lock(registering);
        registrations.erase(descriptor);
    }
    const int error = error_of(call::close);
    const int closed = original<int(int), call::close>()(descriptor);
    return error != 0 ? fail(error) : closed;
}

int rill_epoll_create1(int flags)
{
    return fail_or_call<call::epoll_create1, int>(flags);
}

int rill_epoll_ctl(int epoll, int operation, int descriptor, epoll_event* event)
{
    if (operation == EPOLL_CTL_ADD) {
        if (const int error = error_of(call::epoll_ctl)) {
            return fail(error);
        }
    }
    const int done = original<int(int, int, int, epoll_event*), call::epoll_ctl>()(epoll, operation, descriptor, event);
    if (is_watching() && done == 0 && operation == EPOLL_CTL_ADD) {
        const std::lock_guard lock(registering);
        registrations[descriptor] = {epoll, *event};
    }
    return done;
}

int rill_epoll_wait(int epoll, epoll_event* events, int most, int timeout)
{
    return fail_or_call<call::epoll_wait, int>(epoll, events, most, timeout);
}

int rill_eventfd(unsigned value, int flags)
{
    return fail_or_call<call::eventfd, int>(value, flags);
}

int rill_timerfd_create(int clock, int flags)
{
    return fail_or_call<call::timerfd_create, int>(clock, flags);
}

ssize_t rill_read(int descriptor, void* into, std::size_t size)
{
    return fail_or_call<call::read, ssize_t>(descriptor, into, size);
}

ssize_t rill_write(int descriptor, const void* bytes, std::size_t size)
{
    return fail_or_call<call::write, ssize_t>(descriptor, bytes, size);
}

int rill_openat(int directory, const char* name, int flags, mode_t mode)
{
    return fail_or_call<call::openat, int>(directory, name, flags, mode);
}

int rill_fstat(int descriptor, struct stat* into)
{
    return fail_or_call<call::fstat, int>(descriptor, into);
}

ssize_t rill_pread(int descriptor, void* into, std::size_t size, off_t offset)
{
    const int error = error_of(call::pread);
    if (error > 0) {
        return fail(error);
    }
    return original<ssize_t(int, void*, std::size_t, off_t), call::pread>()(
        descriptor, into, error == moves_less ? size - size / 2 : size, offset);
}

ssize_t rill_getrandom(void* into, std::size_t size, unsigned flags)
{
    return fail_or_call<call::getrandom, ssize_t>(into, size, flags);
}

int rill_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument)
{
    const auto create =
        original<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*), call::pthread_create>();
    if (const int error = error_of(call::pthread_create)) {
        return error;
    }
    auto start = std::make_unique<thread_start>(thread_start{run, argument, is_watching()});
    const int failed = create(thread, attributes, start_thread, start.get());
    if (failed == 0) {
        static_cast<void>(start.release()); // start_thread() deletes it
        note_thread();
    }
    return failed;
}

int rill_pipe(int* ends)
{
    return fail_or_call<call::pipe, int>(ends);
}

// fcntl() is variadic, as ioctl().
int rill_fcntl(int descriptor, int command, long argument)
{
    return command == F_DUPFD_CLOEXEC ? fail_or_call<call::fcntl, int>(descriptor, command, argument)
                                      : original<int(int, int, long), call::fcntl>()(descriptor, command, argument);
}

int rill_timer_create(clockid_t clock, sigevent* event, timer_t* timer)
{
    return fail_or_call<call::timer_create, int>(clock, event, timer);
}

ssize_t rill_sendto(int socket, const void* bytes, std::size_t size, int flags, const sockaddr* to, socklen_t length)
{
    return fail_or_call<call::sendto, ssize_t>(socket, bytes, size, flags, to, length);
}

ssize_t rill_recvmsg(int socket, msghdr* message, int flags)
{
    return fail_or_call<call::recvmsg, ssize_t>(socket, message, flags);
}

// A planned fault is for this process. It must not occur in a child process.
pid_t rill_fork()
{
    const bool ours = is_watching();
    const pid_t pid = fail_or_call<call::fork, pid_t>();
    if (pid == 0 && ours) {
        end();
        stop_watching();
    }
    return pid;
}

pid_t rill_waitpid(pid_t pid, int* status, int options)
{
    return fail_or_call<call::waitpid, pid_t>(pid, status, options);
}

int rill_kill(pid_t pid, int number)
{
    return fail_or_call<call::kill, int>(pid, number);
}

int rill_poll(pollfd* what, nfds_t count, int timeout)
{
    return fail_or_call<call::poll, int>(what, count, timeout);
}

int rill_signalfd(int descriptor, const sigset_t* mask, int flags)
{
    return fail_or_call<call::signalfd, int>(descriptor, mask, flags);
}
