#pragma once

#include <array>
#include <chrono>

namespace rill::detail {

// Dates as text, for every header field, log line and response that has one. All functions are async-signal-safe: they
// do not allocate, and they do not read the locale. A time outside the years 0 to 9999 becomes the nearest one inside.

/// The date of an HTTP field (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
std::array<char, 29> http_date(std::chrono::sys_seconds time) noexcept;

/// A timestamp in UTC (RFC 3339): "2026-01-31T23:59:59Z".
std::array<char, 20> utc_timestamp(std::chrono::sys_seconds time) noexcept;

/// The same with milliseconds: "2026-01-31T23:59:59.123Z".
std::array<char, 24> utc_timestamp_ms(std::chrono::sys_time<std::chrono::milliseconds> time) noexcept;

} // namespace rill::detail
