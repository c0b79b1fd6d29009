#pragma once

namespace bench {

/// Installs handlers for SIGINT, SIGTERM and SIGHUP. The first signal makes interrupted() return true. A second signal
/// ends the process, and the kernel then ends its child processes.
void watch_for_interrupts();

/// Whether one of these signals has been received.
bool interrupted() noexcept;

} // namespace bench
