#pragma once

#include <functional>
#include <rill/http/observer.hpp>
#include <rill/server/log_format.hpp>
#include <string_view>

namespace rill {

/// A function that writes a line of the log. observer::log has this type. Any thread may call it. It must not block and
/// must not throw.
using log_sink = std::function<void(log_level, std::string_view)>;

/// Returns a log on standard error. It writes one line for each message, with the time in UTC. Lines of several threads
/// do not mix. log_format::text escapes control characters except tabs, for example as \n, \r or \x1b. A line that
/// cannot be written is lost. This happens if standard error is a pipe or a socket without a reader.
log_sink log_to_stderr(log_format format);

/// Returns a log that passes at most `max_per_second` similar messages per second to `to`. Messages are similar if they
/// differ only in numbers. One line, "17 more like: ...", replaces all further similar messages of that second. This
/// line is written before the next message after that second, or when the last copy of the returned log is destroyed.
/// @param max_per_second  0: no limit
log_sink limit_repeats(log_sink to, unsigned max_per_second);

} // namespace rill
