#include "faults/calls.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rill_faults {

namespace {

struct call_kind
{
    const char* name;
    std::initializer_list<int> errors;
    std::initializer_list<int> harmless;
};

// By the manuals (and for TCP by tcp(7)): what can be met by a caller that makes no mistake.
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
}};

constexpr std::array<const char*, state_count> state_names{"set_up",    "bystander", "request", "chunked",
                                                           "file",      "stream",    "blocked", "resume",
                                                           "broadcast", "leave",     "after",   "drain"};

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

/// What an edge-triggered epoll was asked to tell of a descriptor.
struct registration
{
    int epoll;
    epoll_event event;
};

std::mutex mutex; // of all that follows
call_counts counted{};
std::optional<fault> planned;
state present = state::set_up;
bool came_about = false;
unsigned started = 0;
std::map<int, registration> registrations;

/// The errno with which this call is to fail; moves_less; or 0.
int error_of(call c) noexcept
{
    if (!is_watched) {
        return 0;
    }
    const std::lock_guard lock(mutex);
    const auto n = ++counted[static_cast<std::size_t>(present)][static_cast<std::size_t>(c)];
    if (!planned || planned->during != present || planned->what != c || planned->nth != n) {
        return 0;
    }
    came_about = true;
    return std::exchange(planned, std::nullopt)->error;
}

int fail(int error) noexcept
{
    errno = error;
    return -1;
}

/// The function that this program would have without this file.
template <class Function, call C>
Function* original() noexcept
{
    static auto* const function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, kind_of(C).name));
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

// The kernel never leaves an edge-triggered epoll without a new edge behind EAGAIN, or where it took or gave less than
// there was: in our place it does so at once.
void give_new_edge(int descriptor) noexcept
{
    const std::lock_guard lock(mutex);
    if (const auto found = registrations.find(descriptor); found != registrations.end()) {
        auto event = found->second.event;
        original<int(int, int, int, epoll_event*), call::epoll_ctl>()(found->second.epoll, EPOLL_CTL_MOD, descriptor,
                                                                      &event);
    }
}

/// send() and recv(), which are of the same kind.
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
    // Before a server is up any failure may be told; later options only tune.
    return contains(kind_of(f.what).harmless, f.error) || (f.what == call::setsockopt && f.during != state::set_up);
}

void begin(const fault* f)
{
    const std::lock_guard lock(mutex);
    counted = {};
    planned = f != nullptr ? std::optional(*f) : std::nullopt;
    present = state::set_up;
    came_about = false;
    started = 0;
}

void enter(state s) noexcept
{
    const std::lock_guard lock(mutex);
    present = s;
}

bool end() noexcept
{
    const std::lock_guard lock(mutex);
    planned.reset();
    return came_about;
}

call_counts counts()
{
    const std::lock_guard lock(mutex);
    return counted;
}

unsigned times_made(state s, call c) noexcept
{
    const std::lock_guard lock(mutex);
    return counted[static_cast<std::size_t>(s)][static_cast<std::size_t>(c)];
}

unsigned threads_started() noexcept
{
    const std::lock_guard lock(mutex);
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

watched::watched() noexcept : before_(std::exchange(is_watched, true)) {}

watched::~watched()
{
    is_watched = before_;
}

namespace {

struct thread_start
{
    void* (*run)(void*);
    void* argument;
    bool is_watched;
};

void* start_thread(void* argument)
{
    const std::unique_ptr<thread_start> start(static_cast<thread_start*>(argument));
    is_watched = start->is_watched;
    return start->run(start->argument);
}

} // namespace

} // namespace rill_faults

// The C library's names, given to functions of ours: the headers declare the names themselves, partly with other
// exception specifications.
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

// Variadic in the C library; nobody here passes more than a pointer, and it is passed in the same place.
int rill_ioctl(int descriptor, unsigned long request, void* argument)
{
    return request == FIONREAD ? fail_or_call<call::ioctl, int>(descriptor, request, argument)
                               : original<int(int, unsigned long, void*), call::ioctl>()(descriptor, request, argument);
}

// Where nobody is connected any more there is nothing left to be done.
int rill_shutdown(int socket, int how)
{
    const int error = error_of(call::shutdown);
    const int done = original<int(int, int), call::shutdown>()(socket, how);
    return error != 0 ? fail(error) : done;
}

// Linux has closed it, whatever it says.
int rill_close(int descriptor)
{
    if (is_watched) {
        const std::lock_guard lock(mutex);
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
    if (is_watched && done == 0 && operation == EPOLL_CTL_ADD) {
        const std::lock_guard lock(mutex);
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
    auto start = std::make_unique<thread_start>(thread_start{run, argument, is_watched});
    const int failed = create(thread, attributes, start_thread, start.get());
    if (failed == 0) {
        start.release();
        const std::lock_guard lock(mutex);
        started += is_watched ? 1 : 0;
    }
    return failed;
}
