#include "transport/http_date_cache.hpp"

#include <array>
#include <cstdio>

namespace rill::transport {

std::string_view http_date_cache::get(std::time_t now)
{
    if (now == second_) {
        return text_;
    }
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 64> text{}; // not by strftime(), which depends on the locale
    const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                                     months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                                     utc.tm_min, utc.tm_sec);
    text_.assign(text.data(), static_cast<std::size_t>(length));
    second_ = now;
    return text_;
}

} // namespace rill::transport
