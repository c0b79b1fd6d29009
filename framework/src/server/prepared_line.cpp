#include "server/prepared_line.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <unistd.h>

#include "server/broken_pipes.hpp"
#include "server/log.hpp"

namespace rill {

namespace {

template <std::size_t Digits>
void put(char* at, long number) noexcept
{
    for (std::size_t i = Digits; i-- > 0; number /= 10) {
        at[i] = static_cast<char>('0' + number % 10);
    }
}

} // namespace

// Not by gmtime() and strftime(), which take a lock and read the locale.
std::array<char, 24> utc_stamp() noexcept
{
    namespace chr = std::chrono;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const chr::sys_seconds time(chr::seconds(now.tv_sec));
    const auto day = chr::floor<chr::days>(time);
    const chr::year_month_day date(day);
    const chr::hh_mm_ss hours(time - day);
    std::array<char, 24> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                              '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
    put<4>(&text[0], static_cast<int>(date.year()));
    put<2>(&text[5], static_cast<long>(static_cast<unsigned>(date.month())));
    put<2>(&text[8], static_cast<long>(static_cast<unsigned>(date.day())));
    put<2>(&text[11], hours.hours().count());
    put<2>(&text[14], hours.minutes().count());
    put<2>(&text[17], hours.seconds().count());
    put<3>(&text[20], now.tv_nsec / 1'000'000);
    return text;
}

prepared_line::prepared_line(log_format format, log_level level, std::string_view text)
{
    const auto line = log_line(format, level, text.substr(0, 256));
    size_ = line.copy(text_.data(), text_.size());
    stamp_at_ = line.find_first_of("0123456789");
}

void prepared_line::write() const noexcept
{
    auto line = text_;
    std::ranges::copy(utc_stamp(), line.begin() + static_cast<std::ptrdiff_t>(stamp_at_));
    if (size_ != 0) {
        const broken_pipes guard;
        static_cast<void>(::write(STDERR_FILENO, line.data(), size_) + 1);
    }
}

} // namespace rill
