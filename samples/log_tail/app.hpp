#pragma once

#include <chrono>
#include <rill/rill.hpp>
#include <string>

namespace log_tail {

struct options
{
    std::string file;                      ///< the log; need not exist yet
    std::chrono::milliseconds period{200}; ///< how often the file is looked at
    std::string directory{};               ///< where the page is; the source tree's by default
};

/// A growing file in the browser, as `tail -F` shows it: GET /log streams its last ten lines and all that follow.
rill::router app(const options& options);

} // namespace log_tail
