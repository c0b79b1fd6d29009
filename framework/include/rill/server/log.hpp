#pragma once

#include <functional>
#include <rill/http/observer.hpp>
#include <string_view>

namespace rill {

/// What takes a line of the log, as observer::log does: from any thread, without blocking or throwing.
using log_sink = std::function<void(log_level, std::string_view)>;

enum class log_format : unsigned char
{
    text, ///< 2026-01-31T23:59:59.123Z warning worker 1 ...
    json, ///< {"time":"2026-01-31T23:59:59.123Z","level":"warning","message":"worker 1 ..."}
};

/// One line on standard error for each message, in UTC; in one call, so that those of several threads do not mix.
/// Control characters of a message are shown as \n, \r or \x1b, but for tabs. A line that cannot be written is lost,
/// and nothing else: standard error may be a pipe or a socket whose reader is gone.
log_sink log_to_stderr(log_format format);

/// Lets at most `a_second` messages that are alike through in a second; numbers in them may differ. The rest is told by
/// one line, "17 more like: ...", with the next message after that second, or when the last copy of this sink ends.
/// @param a_second  0: all of them
log_sink limit_repeats(log_sink to, unsigned a_second);

} // namespace rill
