#pragma once

#include "faults/calls.hpp"

// What calls.cpp knows, for those who take the place of the calls.
namespace rill_faults {

/// Counts this call. The errno with which it is to fail; moves_less; or 0.
int error_of(call c) noexcept;

/// Counts a thread that this one has started.
void note_thread() noexcept;

/// Whether the calls of this thread are a server's.
bool is_watching() noexcept;

/// From now on the calls of this thread are nobody's.
void stop_watching() noexcept;

} // namespace rill_faults
