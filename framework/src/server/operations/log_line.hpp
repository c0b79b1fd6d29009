#pragma once

#include <array>
#include <rill/http/observer.hpp>
#include <rill/server/log_format.hpp>
#include <string>
#include <string_view>

namespace rill {

/// The present time in the format of the log: "2026-01-31T23:59:59.123Z". Async-signal-safe.
std::array<char, 24> present_timestamp() noexcept;

std::string_view to_string(log_level level) noexcept;

/// Returns a line of the built-in log, with the present time and the line end.
std::string log_line(log_format format, log_level level, std::string_view text);

} // namespace rill
