#include <rill/server/log.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "server/operations/log_line.hpp"
#include "server/operations/repeat_limiter.hpp"
#include "server/operations/sigpipe_guard.hpp"

namespace rill {

namespace {

void write_line(const std::string& line)
{
    const sigpipe_guard guard; // standard error may be a pipe without a reader, which must not end the process
    std::fwrite(line.data(), 1, line.size(), stderr); // one call, so that the lines of several threads do not mix
}

struct limited_log
{
    limited_log(log_sink to, unsigned max_per_second) : to(std::move(to)), limiter(max_per_second) {}
    limited_log(const limited_log&) = delete;
    limited_log& operator=(const limited_log&) = delete;
    ~limited_log() { write(limiter.flush()); }

    void write(const std::vector<repeat_limiter::line>& lines) const
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

log_sink log_to_stderr(log_format format)
{
    return [format](log_level level, std::string_view text) { write_line(log_line(format, level, text)); };
}

log_sink limit_repeats(log_sink to, unsigned max_per_second)
{
    if (max_per_second == 0) {
        return to;
    }
    return [shared = std::make_shared<limited_log>(std::move(to), max_per_second)](log_level level,
                                                                                   std::string_view text) {
        const auto now = std::chrono::steady_clock::now();
        const std::lock_guard lock(shared->mutex);
        shared->write(shared->limiter.put(level, text, now));
    };
}

} // namespace rill
