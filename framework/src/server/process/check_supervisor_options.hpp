#pragma once

#include <rill/server/supervisor_options.hpp>

namespace rill {

/// Throws std::invalid_argument for the first option with a value that is not allowed: see option_check.
void check_options(const supervisor_options& options);

} // namespace rill
