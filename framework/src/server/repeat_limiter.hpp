#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <rill/http/observer.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill {

/// Decides which messages are repeats. Pure: it is told the time.
class repeat_limiter
{
public:
    using time = std::chrono::steady_clock::time_point;

    struct line
    {
        log_level level;
        std::string text;
    };

    explicit repeat_limiter(unsigned a_second) : a_second_(a_second) {}

    /// What is to be logged now that this message has come.
    std::vector<line> put(log_level level, std::string_view text, time now);

    /// What has been held back so far.
    std::vector<line> flush();

    /// So many kinds of messages are told apart at most; of more, all pass.
    static constexpr std::size_t kinds = 256;

private:
    struct seen
    {
        time begin;
        unsigned count = 0;
        unsigned more = 0;
        line last;
    };

    static void tell_more(seen& s, std::vector<line>& lines);

    unsigned a_second_;
    std::map<std::string, seen, std::less<>> kinds_;
};

} // namespace rill
