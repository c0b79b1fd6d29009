#pragma once

#include "faults/calls.hpp"

// The functions of calls.cpp for the replaced system calls.
namespace rill_faults {

/// Counts this call. Returns the errno of the fault, moves_less, or 0 if the call must not fail.
int error_of(call c) noexcept;

/// Counts a thread that the calling thread has started.
void note_thread() noexcept;

/// Returns true if the calls of this thread count as calls of the server.
bool is_watching() noexcept;

/// Stops counting the calls of this thread.
void stop_watching() noexcept;

} // namespace rill_faults
