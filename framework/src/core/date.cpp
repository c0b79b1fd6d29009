#include "core/date.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace rill::detail {

namespace {

namespace chr = std::chrono;

constexpr std::string_view weekday_names = "SunMonTueWedThuFriSat";
constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";

constexpr chr::sys_seconds first_time = chr::sys_days(chr::year(0) / chr::January / 1);
constexpr chr::sys_seconds last_time = chr::sys_days(chr::year(10'000) / chr::January / 1) - chr::seconds(1);

template <std::size_t Digits>
void put_number(char* at, long number) noexcept
{
    for (std::size_t i = Digits; i-- > 0; number /= 10) {
        at[i] = static_cast<char>('0' + number % 10);
    }
}

// Each of the names above has three letters.
void put_name(char* at, std::string_view names, unsigned index) noexcept
{
    std::copy_n(names.data() + std::size_t{3} * index, 3, at);
}

void put_clock(char* at, chr::seconds of_day) noexcept // "08:49:37"
{
    const chr::hh_mm_ss clock(of_day);
    put_number<2>(at, clock.hours().count());
    put_number<2>(at + 3, clock.minutes().count());
    put_number<2>(at + 6, clock.seconds().count());
}

void put_timestamp(char* at, chr::sys_seconds time) noexcept // "2026-01-31T23:59:59"
{
    const auto day = chr::floor<chr::days>(time);
    const chr::year_month_day date(day);
    put_number<4>(at, static_cast<int>(date.year()));
    put_number<2>(at + 5, static_cast<unsigned>(date.month()));
    put_number<2>(at + 8, static_cast<unsigned>(date.day()));
    put_clock(at + 11, time - day);
}

template <std::size_t Size>
std::array<char, Size - 1> template_of(const char (&text)[Size]) noexcept
{
    std::array<char, Size - 1> copy;
    std::copy_n(text, Size - 1, copy.begin());
    return copy;
}

} // namespace

std::array<char, 29> http_date(chr::sys_seconds time) noexcept
{
    time = std::clamp(time, first_time, last_time);
    const auto day = chr::floor<chr::days>(time);
    const chr::year_month_day date(day);
    auto text = template_of("Sun, 00 Jan 0000 00:00:00 GMT");
    put_name(text.data(), weekday_names, chr::weekday(day).c_encoding());
    put_number<2>(&text[5], static_cast<unsigned>(date.day()));
    put_name(&text[8], month_names, static_cast<unsigned>(date.month()) - 1);
    put_number<4>(&text[12], static_cast<int>(date.year()));
    put_clock(&text[17], time - day);
    return text;
}

std::array<char, 20> utc_timestamp(chr::sys_seconds time) noexcept
{
    auto text = template_of("0000-00-00T00:00:00Z");
    put_timestamp(text.data(), std::clamp(time, first_time, last_time));
    return text;
}

std::array<char, 24> utc_timestamp_ms(chr::sys_time<chr::milliseconds> time) noexcept
{
    time = std::clamp<chr::sys_time<chr::milliseconds>>(time, first_time, last_time);
    const auto second = chr::floor<chr::seconds>(time);
    auto text = template_of("0000-00-00T00:00:00.000Z");
    put_timestamp(text.data(), second);
    put_number<3>(&text[20], (time - second).count());
    return text;
}

} // namespace rill::detail
