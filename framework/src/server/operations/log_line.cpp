#include "server/operations/log_line.hpp"

#include <algorithm>
#include <boost/describe/class.hpp>
#include <chrono>
#include <ctime>
#include <rill/http/json.hpp>

#include "core/date.hpp"

namespace rill {

namespace {

// Writes control characters as escapes. A client may have sent them to forge a new line or to control a terminal.
void append_text(std::string& line, std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            line += "\\n";
        } else if (c == '\r') {
            line += "\\r";
        } else if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
            line.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        } else {
            line += c;
        }
    }
}

/// A line of log_format::json.
struct log_record
{
    std::string_view time;
    std::string_view level;
    std::string_view message;
};
BOOST_DESCRIBE_STRUCT(log_record, (), (time, level, message))

} // namespace

std::array<char, 24> present_timestamp() noexcept
{
    namespace chr = std::chrono;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return detail::utc_timestamp_ms(
        chr::sys_time<chr::milliseconds>(chr::seconds(now.tv_sec) + chr::milliseconds(now.tv_nsec / 1'000'000)));
}

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

std::string log_line(log_format format, log_level level, std::string_view text)
{
    const auto now = present_timestamp();
    const std::string_view timestamp(now.data(), now.size());
    if (format == log_format::json) {
        const log_record record{timestamp, to_string(level), text};
        return to_json(record) + '\n';
    }
    std::string line;
    std::string name(to_string(level));
    name.resize(std::max<std::size_t>(name.size(), 7), ' ');
    line.append(timestamp).append(" ").append(name).append(" ");
    append_text(line, text);
    line += '\n';
    return line;
}

} // namespace rill
