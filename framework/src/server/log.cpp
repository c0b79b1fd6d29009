#include "server/log.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "http/json_text.hpp"
#include "server/broken_pipes.hpp"
#include "server/prepared_line.hpp"
#include "server/repeat_limiter.hpp"

namespace rill {

namespace {

void write_line(const std::string& line)
{
    const broken_pipes guard; // whoever reads the log may be gone: nobody else is to suffer for it
    std::fwrite(line.data(), 1, line.size(), stderr); // one call, so that lines of several threads don't mix
}

// As it is, but for what would end the line or steer a terminal: a client may have sent it.
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

struct limited
{
    limited(log_sink to, unsigned a_second) : to(std::move(to)), limiter(a_second) {}
    limited(const limited&) = delete;
    limited& operator=(const limited&) = delete;
    ~limited() { pass(limiter.flush()); }

    void pass(const std::vector<repeat_limiter::line>& lines) const
    {
        for (const auto& line : lines) {
            to(line.level, line.text);
        }
    }

    log_sink to;
    std::mutex mutex;
    repeat_limiter limiter;
};

} // namespace

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
    const auto now = utc_stamp();
    const std::string_view stamp(now.data(), now.size());
    std::string line;
    if (format == log_format::json) {
        line.append("{\"time\":\"").append(stamp).append("\",\"level\":\"");
        line.append(to_string(level)).append("\",\"message\":");
        append_json(line, text);
        line += "}\n";
        return line;
    }
    std::string name(to_string(level));
    name.resize(std::max<std::size_t>(name.size(), 7), ' ');
    line.append(stamp).append(" ").append(name).append(" ");
    append_text(line, text);
    line += '\n';
    return line;
}

log_sink log_to_stderr(log_format format)
{
    return [format](log_level level, std::string_view text) { write_line(log_line(format, level, text)); };
}

log_sink limit_repeats(log_sink to, unsigned a_second)
{
    if (a_second == 0) {
        return to;
    }
    return [shared = std::make_shared<limited>(std::move(to), a_second)](log_level level, std::string_view text) {
        const auto now = std::chrono::steady_clock::now();
        const std::lock_guard lock(shared->mutex);
        shared->pass(shared->limiter.put(level, text, now));
    };
}

log_sink complete_log(const server_options& options)
{
    if (options.observer.log) {
        return options.observer.log;
    }
    return [level = options.log_level, to = limit_repeats(log_to_stderr(options.log_format), options.max_log_repeats)](
               log_level l, std::string_view text) {
        if (l >= level) {
            to(l, text);
        }
    };
}

} // namespace rill
