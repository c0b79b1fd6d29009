#pragma once

#include <csignal>

namespace rill {

/// While it lives, a write of this thread to a pipe or a socket whose reader is gone fails with EPIPE and raises no
/// SIGPIPE, whatever the process has set for that. Async-signal-safe on Linux.
class broken_pipes
{
public:
    broken_pipes() noexcept;
    broken_pipes(const broken_pipes&) = delete;
    broken_pipes& operator=(const broken_pipes&) = delete;
    ~broken_pipes();

private:
    sigset_t before_{};
    bool pending_ = false; ///< there was one already, which is not ours to take
};

/// The same for all threads of the process, and for good, unless it has a disposition of SIGPIPE of its own. Programs
/// that it starts have the default again.
void survive_broken_pipes() noexcept;

} // namespace rill
