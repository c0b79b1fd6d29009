#pragma once

#include <rill/http/observer.hpp>
#include <string>

namespace rill::testing {

/// A line that the server has logged.
struct log_line
{
    log_level level;
    std::string text;
};

} // namespace rill::testing
