#include "server/log.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace rill {

std::string_view to_string(log_level level) noexcept
{
    switch (level) {
    case log_level::debug:
        return "debug";
    case log_level::info:
        return "info";
    case log_level::warning:
        return "warning";
    case log_level::error:
        return "error";
    case log_level::off:
        break;
    }
    return "off";
}

void log_to_stderr(log_level level, std::string_view text)
{
    using namespace std::chrono;
    const auto now = system_clock::now();
    const auto seconds = system_clock::to_time_t(now);
    const auto ms = static_cast<int>(duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    const auto name = to_string(level);
    // One call, so that lines of several threads don't mix.
    std::fprintf(stderr, "%s.%03dZ %-7.*s %.*s\n", stamp.data(), ms, static_cast<int>(name.size()), name.data(),
                 static_cast<int>(text.size()), text.data());
}

} // namespace rill
