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
    std::string_view get() { return get(std::time(nullptr)); }
    /// The date of the second `now`.
    std::string_view get(std::time_t now);

private:
    std::time_t second_ = -1;
    std::string text_;
};

} // namespace rill::transport
