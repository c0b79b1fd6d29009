#pragma once

#include <optional>
#include <rill/server/options.hpp>
#include <string>

namespace rill {

/// What is wrong with the limits, in one line that names the option, its value and what is allowed.
std::optional<std::string> check_limits(const server_options& options);

} // namespace rill
