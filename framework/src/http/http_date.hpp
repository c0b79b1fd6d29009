#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rill::detail {

/// Parses an HTTP date in any of the three forms that a recipient must accept (RFC 9110, 5.6.7).
/// @return the seconds since 1970; nothing if the text has no such form
std::optional<std::int64_t> parse_http_date(std::string_view text);

} // namespace rill::detail
