#pragma once

#include <array>
#include <chrono>

namespace rill::detail {

// These functions format dates for header fields, log lines and responses. They are async-signal-safe. They do not
// allocate memory, and they do not read the locale. A time before year 0 or after year 9999 becomes the nearest time in
// this range.

/// Returns the date for an HTTP field (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
std::array<char, 29> http_date(std::chrono::sys_seconds time) noexcept;

/// Returns a timestamp in UTC (RFC 3339): "2026-01-31T23:59:59Z".
std::array<char, 20> utc_timestamp(std::chrono::sys_seconds time) noexcept;

/// Returns a timestamp in UTC with milliseconds: "2026-01-31T23:59:59.123Z".
std::array<char, 24> utc_timestamp_ms(std::chrono::sys_time<std::chrono::milliseconds> time) noexcept;

} // namespace rill::detail
