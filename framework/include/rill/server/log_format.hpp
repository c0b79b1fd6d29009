#pragma once

namespace rill {

/// The format of the lines of the built-in log.
enum class log_format : unsigned char
{
    text, ///< 2026-01-31T23:59:59.123Z warning worker 1 ...
    json, ///< {"time":"2026-01-31T23:59:59.123Z","level":"warning","message":"worker 1 ..."}
};

} // namespace rill
