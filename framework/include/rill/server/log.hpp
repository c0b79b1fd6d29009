#pragma once

#include <functional>
#include <rill/http/observer.hpp>
#include <rill/server/log_format.hpp>
#include <string_view>

namespace rill {

/// Takes a line of the log, as observer::log does. Any thread may call it. It must not block and must not throw.
using log_sink = std::function<void(log_level, std::string_view)>;

/// A log on standard error: one line for each message, with the time in UTC. One call writes a line, so that the lines
/// of several threads do not mix. log_format::text shows control characters except tabs as \n, \r or \x1b. A line that
/// cannot be written is lost: standard error may be a pipe or a socket without a reader.
log_sink log_to_stderr(log_format format);

/// Passes at most `max_per_second` similar messages a second to another log. Messages are similar if they differ only
/// in numbers. One line, "17 more like: ...", stands for the messages held back. It comes with the first message after
/// that second, or when the last copy of this sink is destroyed.
/// @param max_per_second  0: no limit
log_sink limit_repeats(log_sink to, unsigned max_per_second);

} // namespace rill
