#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace rill::client::detail {

/// The longest time for which a server may delay the next attempt.
inline constexpr std::chrono::milliseconds longest_retry_after = std::chrono::hours(24);

/// Returns the time in a Retry-After field, which contains seconds or an HTTP date (RFC 9110, section 10.2.3). Returns
/// at most longest_retry_after, and 0 for a date in the past. Returns nothing for a malformed value.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now);

/// Calculates the time for which a source waits before its next attempt.
class backoff
{
public:
    using milliseconds = std::chrono::milliseconds;

    backoff(milliseconds initial, milliseconds max) noexcept : initial_(initial), max_(max) {}

    /// The reconnection time of the server replaces the initial one. It may exceed the maximum.
    void set_initial(milliseconds time) noexcept { initial_ = time; }
    /// Call it after a success. The next time is then the initial time.
    void reset() noexcept { failures_ = 0; }
    /// Counts a failed attempt.
    void fail() noexcept { ++failures_; }
    /// Number of attempts in a row that have failed.
    unsigned failures() const noexcept { return failures_; }

    /// The next time without jitter. It doubles with each failure after the first one, up to the maximum.
    milliseconds base() const noexcept;
    /// The next time: base() or `at_least`, whichever is longer, and up to half more. The random part prevents that
    /// many clients reconnect at the same moment.
    milliseconds next(milliseconds at_least = milliseconds(0)) const noexcept;

private:
    milliseconds initial_;
    milliseconds max_;
    unsigned failures_ = 0;
};

} // namespace rill::client::detail
