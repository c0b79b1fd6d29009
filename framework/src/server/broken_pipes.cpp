#include "server/broken_pipes.hpp"

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

bool is_pending() noexcept
{
    sigset_t pending;
    ::sigemptyset(&pending);
    ::sigpending(&pending);
    return ::sigismember(&pending, SIGPIPE) == 1;
}

// A handler, not SIG_IGN: exec(2) keeps the one that is ignored, and programs rely on the default.
void do_nothing(int /*number*/) {}

} // namespace

broken_pipes::broken_pipes() noexcept : pending_(is_pending())
{
    const auto set = only_sigpipe();
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

// The signal of a write is its thread's, so that it is taken here and by nobody else.
broken_pipes::~broken_pipes()
{
    const int error = errno;
    if (!pending_ && is_pending()) {
        const auto set = only_sigpipe();
        constexpr timespec at_once{};
        while (::sigtimedwait(&set, nullptr, &at_once) < 0 && errno == EINTR) {
        }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
}

void survive_broken_pipes() noexcept
{
    struct sigaction present
    {};
    if (::sigaction(SIGPIPE, nullptr, &present) != 0 || (present.sa_flags & SA_SIGINFO) != 0 ||
        present.sa_handler != SIG_DFL)
    {
        return;
    }
    struct sigaction ours
    {};
    ours.sa_handler = do_nothing;
    ours.sa_flags = SA_RESTART;
    ::sigemptyset(&ours.sa_mask);
    ::sigaction(SIGPIPE, &ours, nullptr);
}

} // namespace rill
