#pragma once

#include <chrono>
#include <rill/rill.hpp>
#include <string>

namespace log_tail {

struct options
{
    std::string file;                      ///< path of the log; the file may be created later
    std::chrono::milliseconds period{200}; ///< time between two reads of the file
    std::string directory{};               ///< directory of the page; default: the directory in the source tree
};

/// Shows a growing file in the browser, as `tail -F` does. GET /log streams the last ten lines and all later lines.
rill::router app(const options& options);

} // namespace log_tail
