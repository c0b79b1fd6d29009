#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rill::detail {

/// Seconds since 1970 as an HTTP date, e.g. "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string format_http_date(std::int64_t seconds);

/// The reverse, from any of the three forms the RFC obliges to accept; nothing when it is none of them.
std::optional<std::int64_t> parse_http_date(std::string_view text);

} // namespace rill::detail
