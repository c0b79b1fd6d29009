#include "server/log.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "server/json_text.hpp"
#include "server/repeat_limiter.hpp"

namespace rill {

namespace {

std::string stamp()
{
    using namespace std::chrono;
    const auto now = system_clock::now();
    const auto seconds = system_clock::to_time_t(now);
    const auto ms = static_cast<int>(duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::array<char, 40> whole{};
    std::snprintf(whole.data(), whole.size(), "%s.%03dZ", text.data(), ms);
    return whole.data();
}

void write_line(const std::string& line)
{
    std::fwrite(line.data(), 1, line.size(), stderr); // one call, so that lines of several threads don't mix
}

void write_text(log_level level, std::string_view text)
{
    std::string line = stamp();
    std::string name(to_string(level));
    name.resize(std::max<std::size_t>(name.size(), 7), ' ');
    line.append(" ").append(name).append(" ").append(text).append("\n");
    write_line(line);
}

void write_json(log_level level, std::string_view text)
{
    std::string line = "{\"time\":\"" + stamp() + "\",\"level\":\"";
    line.append(to_string(level)).append("\",\"message\":");
    append_json(line, text);
    line += "}\n";
    write_line(line);
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

log_sink log_to_stderr(log_format format)
{
    return format == log_format::json ? write_json : write_text;
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
    return [level = options.log_level, to = limit_repeats(log_to_stderr(options.log_format), options.log_repeats)](
               log_level l, std::string_view text) {
        if (l >= level) {
            to(l, text);
        }
    };
}

} // namespace rill
