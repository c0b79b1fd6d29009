#pragma once

#include <rill/http/observer.hpp>
#include <string_view>

namespace rill {

/// One line on standard error: time in UTC, level, text. Thread-safe.
void log_to_stderr(log_level level, std::string_view text);

std::string_view to_string(log_level level) noexcept;

} // namespace rill
