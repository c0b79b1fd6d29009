#pragma once

#include <algorithm>
#include <chrono>
#include <rill/server/supervisor_options.hpp>

namespace rill {

/// The time to wait before a worker process is started again.
/// @param previous  the backoff before the last start of the process; 0 if there was none
/// @param lifetime  how long the process ran
inline std::chrono::milliseconds next_backoff(const supervisor_options& options, std::chrono::milliseconds previous,
                                              std::chrono::milliseconds lifetime)
{
    if (previous.count() == 0 || lifetime >= options.backoff_reset_after) {
        return options.initial_backoff;
    }
    return std::min(previous * 2, options.max_backoff);
}

} // namespace rill
