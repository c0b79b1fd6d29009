#pragma once

#include <csignal>

namespace rill {

/// During its lifetime, a write of this thread to a pipe or socket without a reader fails with EPIPE and raises no
/// SIGPIPE, whatever the disposition of the process. Async-signal-safe on Linux.
class sigpipe_guard
{
public:
    sigpipe_guard() noexcept;
    sigpipe_guard(const sigpipe_guard&) = delete;
    sigpipe_guard& operator=(const sigpipe_guard&) = delete;
    ~sigpipe_guard();

private:
    sigset_t previous_mask_{};
    bool was_pending_ = false; ///< a SIGPIPE from before this object, which stays pending
};

} // namespace rill
