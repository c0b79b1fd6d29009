#pragma once

#include <rill/server/log.hpp>
#include <rill/server/options.hpp>

namespace rill {

/// The log of a server: the observer's log if the options have one, otherwise the built-in log.
log_sink complete_log(const server_options& options);

} // namespace rill
