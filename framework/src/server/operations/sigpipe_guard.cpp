#include "server/operations/sigpipe_guard.hpp"

#include <cerrno>
#include <ctime>
#include <pthread.h>

namespace rill {

namespace {

sigset_t only_sigpipe() noexcept
{
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGPIPE);
    return set;
}

bool is_sigpipe_pending() noexcept
{
    sigset_t pending;
    ::sigemptyset(&pending);
    ::sigpending(&pending);
    return ::sigismember(&pending, SIGPIPE) == 1;
}

} // namespace

sigpipe_guard::sigpipe_guard() noexcept : was_pending_(is_sigpipe_pending())
{
    const auto set = only_sigpipe();
    ::pthread_sigmask(SIG_BLOCK, &set, &previous_mask_);
}

// The kernel sends SIGPIPE to the thread that writes. Therefore this thread can remove the pending signal before it
// unblocks SIGPIPE.
sigpipe_guard::~sigpipe_guard()
{
    const int error = errno;
    if (!was_pending_ && is_sigpipe_pending()) {
        const auto set = only_sigpipe();
        constexpr timespec no_wait{};
        while (::sigtimedwait(&set, nullptr, &no_wait) < 0 && errno == EINTR) {
        }
    }
    ::pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
    errno = error;
}

} // namespace rill
