#pragma once

#include <chrono>
#include <rill/rill.hpp>
#include <string>

namespace log_tail {

struct options
{
    std::string file;                      ///< the log; it may be created later
    std::chrono::milliseconds period{200}; ///< time between two reads of the file
    std::string directory{};               ///< directory of the page; default: in the source tree
};

/// A growing file in the browser, as `tail -F` shows it. GET /log streams its last ten lines and all later lines.
rill::router app(const options& options);

} // namespace log_tail
