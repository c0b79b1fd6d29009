#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace bench {

/// "30s", "1.5m", "250ms", "2h", "100us", or "0": what the options take. The unit must be there, and the value must not
/// be negative.
tl::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text);

/// The other way round, as people write it: "250ms", "1.5s", "2m".
std::string to_text(std::chrono::nanoseconds duration);

constexpr double to_seconds(std::chrono::nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

} // namespace bench
