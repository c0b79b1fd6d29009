#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace bench {

/// Parses the duration syntax of the command line: "30s", "1.5m", "250ms", "2h", "100us" or "0". The unit is required
/// unless the value is 0. The value must not be negative.
tl::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text);

/// Formats a duration in the same syntax: "250ms", "1.5s", "2m".
std::string to_text(std::chrono::nanoseconds duration);

constexpr double to_seconds(std::chrono::nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

} // namespace bench
