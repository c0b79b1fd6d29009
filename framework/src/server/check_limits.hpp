#pragma once

#include <rill/server/options.hpp>
#include <rill/server/supervisor.hpp>

namespace rill {

/// Throws std::invalid_argument for the first option that cannot be: one line that names it, its value and what is
/// allowed.
void check_limits(const server_options& options);
void check_limits(const supervisor_options& options);

} // namespace rill
