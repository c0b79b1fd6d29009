#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <rill/http/observer.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill {

/// Decides which messages of a log are repeats. It has no clock. The caller passes the time.
class repeat_limiter
{
public:
    using time = std::chrono::steady_clock::time_point;

    struct line
    {
        log_level level;
        std::string text;
    };

    explicit repeat_limiter(unsigned max_per_second) : max_per_second_(max_per_second) {}

    /// Adds a message.
    /// @return the lines to log now
    std::vector<line> put(log_level level, std::string_view text, time now);

    /// Returns the lines that summarize the messages that were held back.
    std::vector<line> flush();

    /// Maximum number of kinds of messages that are limited at the same time. Messages of further kinds are all logged.
    static constexpr std::size_t max_kinds = 256;

private:
    struct seen
    {
        time begin;
        unsigned count = 0;
        unsigned held_back = 0;
        line last;
    };

    static void summarize(const seen& s, std::vector<line>& lines);

    unsigned max_per_second_;
    std::map<std::string, seen, std::less<>> kinds_;
};

} // namespace rill
