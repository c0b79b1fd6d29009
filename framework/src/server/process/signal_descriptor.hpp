#pragma once

#include <csignal>
#include <span>

namespace rill {

/// Reads signals from a descriptor (signalfd(2)). The signals are blocked during its lifetime.
class signal_descriptor
{
public:
    /// Only in a process with one thread. Throws std::system_error.
    explicit signal_descriptor(std::span<const int> numbers);
    signal_descriptor(const signal_descriptor&) = delete;
    signal_descriptor& operator=(const signal_descriptor&) = delete;
    ~signal_descriptor();

    /// Readable while a signal is pending.
    int descriptor() const noexcept { return descriptor_; }

    /// Takes the next signal. Does not block.
    /// @return its number; 0: no signal is pending
    int next() const noexcept;

    /// Closes the descriptor and unblocks the signals. A child of fork() calls it, as it inherits both.
    void release() noexcept;

private:
    sigset_t previous_mask_{};
    int descriptor_;
};

} // namespace rill
