#include "server/process/sigpipe_handler.hpp"

#include <csignal>

namespace rill {

namespace {

// This handler is used instead of SIG_IGN. exec(2) keeps SIG_IGN, and programs rely on the default disposition.
void do_nothing(int /*number*/) {}

} // namespace

void install_sigpipe_handler() noexcept
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
