#pragma once

#include <csignal>
#include <span>

namespace rill {

/// Signals as messages: blocked for as long as it lives, and read one after another.
class signal_inbox
{
public:
    /// For a process with one thread. throws std::system_error
    explicit signal_inbox(std::span<const int> numbers);
    signal_inbox(const signal_inbox&) = delete;
    signal_inbox& operator=(const signal_inbox&) = delete;
    ~signal_inbox();

    /// Readable when a signal has come.
    int descriptor() const noexcept { return descriptor_; }

    /// The next signal's number; 0: none has come. Does not block.
    int next() const noexcept;

    /// In a child of fork(), which shares the descriptor and has the signals blocked: as it was before.
    void leave_in_child() noexcept;

private:
    sigset_t before_{};
    int descriptor_;
};

} // namespace rill
