#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "harness/support/command_line.hpp"

namespace bench {

/// Parses a share, written as "10%", "0.5 %" or "0.1". The result is above 0, and 1 is its maximum.
tl::expected<double, std::string> parse_share(std::string_view text);

/// Adds an option whose value is a share.
cli_option add_share(cli_command& command, const std::string& name, double& value, const std::string& description);

} // namespace bench
