#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace rill::transport {

/// The value of the Date field (RFC 9110, 6.6.1), formatted at most once per second. Not thread-safe.
class http_date_cache
{
public:
    /// The present date. The result is valid until the next call.
    std::string_view get() { return get(manual_ >= 0 ? manual_ : std::time(nullptr)); }
    /// The date of the second `now`.
    std::string_view get(std::time_t now);

    /// Replaces the system clock by this second. For tests.
    void use_manual_time(std::time_t now) noexcept { manual_ = now; }

private:
    std::time_t second_ = -1;
    std::time_t manual_ = -1; // negative: the system clock
    std::string text_;
};

} // namespace rill::transport
