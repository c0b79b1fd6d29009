#pragma once

#include <rill/server/log.hpp>
#include <rill/server/options.hpp>
#include <string_view>

namespace rill {

/// The log that the options ask for: the observer's own, or the built-in one.
log_sink complete_log(const server_options& options);

std::string_view to_string(log_level level) noexcept;

} // namespace rill
