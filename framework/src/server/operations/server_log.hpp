#pragma once

#include <rill/server/log.hpp>
#include <rill/server/options.hpp>

namespace rill {

/// The log that the options ask for: the observer's own log, or the built-in one.
log_sink complete_log(const server_options& options);

} // namespace rill
