#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "harness/command_line.hpp"

namespace bench {

/// "10%", "0.5 %" or "0.1": a share, from above 0 up to 1.
tl::expected<double, std::string> parse_share(std::string_view text);

/// An option whose value is a share.
cli_option add_share(cli_command& command, const std::string& name, double& value, const std::string& description);

} // namespace bench
