#pragma once

#include <algorithm>
#include <rill/server/supervisor.hpp>

namespace rill {

/// How long to wait before a worker is started again.
/// @param before  the last such pause; 0 if there was none
/// @param lived   how long it ran
inline std::chrono::milliseconds next_pause(const supervisor_options& options, std::chrono::milliseconds before,
                                            std::chrono::milliseconds lived)
{
    if (before.count() == 0 || lived >= options.backoff_reset_after) {
        return options.initial_backoff;
    }
    return std::min(before * 2, options.max_backoff);
}

} // namespace rill
