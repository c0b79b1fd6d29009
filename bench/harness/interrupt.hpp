#pragma once

namespace bench {

/// From now on SIGINT, SIGTERM and SIGHUP end nothing by themselves: interrupted() says that one came. A second one
/// ends the process, and the kernel its children.
void watch_for_interrupts();

bool interrupted() noexcept;

} // namespace bench
