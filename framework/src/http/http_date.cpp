#include "http/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace rill::detail {

namespace {

namespace chr = std::chrono;

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The parts of a date in any of the three forms. -1 means that the part is missing or malformed.
struct date_parts
{
    int year = -1;
    int month = -1; ///< 0 is January
    int day = -1;
    int seconds = -1; ///< since midnight
};

int number(std::string_view text)
{
    int value = -1;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    return ec == std::errc() && stop == text.data() + text.size() && value >= 0 ? value : -1;
}

int time_of_day(std::string_view text)
{
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') {
        return -1;
    }
    const int h = number(text.substr(0, 2));
    const int m = number(text.substr(3, 2));
    const int s = number(text.substr(6, 2));
    const bool valid = h >= 0 && h < 24 && m >= 0 && m < 60 && s >= 0 && s <= 60;
    return valid ? h * 3600 + m * 60 + s : -1;
}

int month_number(std::string_view text)
{
    const auto it = std::ranges::find(months, text);
    return it == months.end() ? -1 : static_cast<int>(it - months.begin());
}

// The form of RFC 850 has a year of two digits. RFC 9110 says that a year more than 50 years in the future means the
// past.
int full_year(int year)
{
    const chr::year_month_day today(chr::floor<chr::days>(chr::system_clock::now()));
    const int now = static_cast<int>(today.year());
    const int guess = now - now % 100 + year;
    return guess > now + 50 ? guess - 100 : guess;
}

std::optional<std::int64_t> to_seconds(const date_parts& p)
{
    if (p.year < 0 || p.month < 0 || p.day < 0 || p.seconds < 0) {
        return std::nullopt;
    }
    const chr::year_month_day date(chr::year(p.year), chr::month(static_cast<unsigned>(p.month) + 1),
                                   chr::day(static_cast<unsigned>(p.day)));
    if (!date.ok()) {
        return std::nullopt;
    }
    return chr::sys_days(date).time_since_epoch().count() * std::int64_t{86400} + p.seconds;
}

} // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text)
{
    std::array<std::string_view, 7> words;
    std::size_t count = 0;
    while (!text.empty() && count < words.size()) {
        const auto end = std::min(text.find_first_of(" -"), text.size());
        if (end > 0) {
            words[count++] = text.substr(0, end);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    date_parts p;
    if (count == 6 && words[5] == "GMT") { // Sun, 06 Nov 1994 08:49:37 GMT  or  Sunday, 06-Nov-94 08:49:37 GMT
        p = {number(words[3]), month_number(words[2]), number(words[1]), time_of_day(words[4])};
        if (words[3].size() == 2 && p.year >= 0) {
            p.year = full_year(p.year);
        }
    } else if (count == 5 && words[4].size() == 4) { // Sun Nov  6 08:49:37 1994
        p = {number(words[4]), month_number(words[1]), number(words[2]), time_of_day(words[3])};
    }
    return to_seconds(p);
}

} // namespace rill::detail
