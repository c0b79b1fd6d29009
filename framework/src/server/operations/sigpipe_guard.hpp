#pragma once

#include <csignal>

namespace rill {

/// While the object exists, a write of this thread to a pipe or socket without a reader fails with EPIPE and raises no
/// SIGPIPE. The disposition of the process does not matter. Async-signal-safe on Linux.
class sigpipe_guard
{
public:
    sigpipe_guard() noexcept;
    sigpipe_guard(const sigpipe_guard&) = delete;
    sigpipe_guard& operator=(const sigpipe_guard&) = delete;
    ~sigpipe_guard();

private:
    sigset_t previous_mask_{};
    bool was_pending_ = false; ///< a SIGPIPE was pending before; it remains pending
};

} // namespace rill
