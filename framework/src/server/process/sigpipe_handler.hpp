#pragma once

namespace rill {

/// Makes writes to pipes and sockets without a reader fail with EPIPE, in the whole process and until it ends. Does
/// nothing if the process has its own disposition of SIGPIPE. Programs that the process starts get the default
/// disposition.
void install_sigpipe_handler() noexcept;

} // namespace rill
