#pragma once

#include <rill/server/log.hpp>
#include <rill/server/options.hpp>
#include <string>
#include <string_view>

namespace rill {

/// The log that the options ask for: the observer's own, or the built-in one.
log_sink complete_log(const server_options& options);

/// A line of the built-in log, of now, with its end.
std::string log_line(log_format format, log_level level, std::string_view text);

std::string_view to_string(log_level level) noexcept;

} // namespace rill
