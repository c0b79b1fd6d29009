#pragma once

#include <csignal>
#include <span>

namespace rill {

/// Reads signals from a descriptor (signalfd(2)). The signals are blocked while the object exists.
class signal_descriptor
{
public:
    /// Create an object only in a process with one thread. Throws std::system_error.
    explicit signal_descriptor(std::span<const int> numbers);
    signal_descriptor(const signal_descriptor&) = delete;
    signal_descriptor& operator=(const signal_descriptor&) = delete;
    ~signal_descriptor();

    /// Readable while a signal is pending.
    int descriptor() const noexcept { return descriptor_; }

    /// Takes the next signal. Does not block.
    /// @return the number of the signal; 0 if no signal is pending
    int next() const noexcept;

    /// Closes the descriptor and restores the previous signal mask. A child process calls this function after fork(),
    /// because it inherits both.
    void release() noexcept;

private:
    sigset_t previous_mask_{};
    int descriptor_;
};

} // namespace rill
