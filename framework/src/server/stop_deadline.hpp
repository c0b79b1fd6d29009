#pragma once

#include <chrono>

#include "server/prepared_line.hpp"

namespace rill {

/// Ends the process that was told to stop and has not, whatever its event loops do: a handler that hangs has no say.
/// The first SIGTERM or SIGINT gives it `longest`, then it ends with 0; a second one a second, then it ends with 128
/// and the signal's number. It is a timer of the kernel and a signal handler that do it: no thread, as one would make a
/// server with one worker pay for locks.
///
/// Handlers that there are for these signals, such as Asio's, are called as before: to be made after them, and to be
/// destroyed before they are removed. Of several in a process the longest time holds.
class stop_deadline
{
public:
    /// @param timeout_message  written when the time is over
    /// throws std::system_error
    stop_deadline(std::chrono::milliseconds longest, const prepared_line& timeout_message);
    stop_deadline(const stop_deadline&) = delete;
    stop_deadline& operator=(const stop_deadline&) = delete;
    ~stop_deadline();
};

} // namespace rill
