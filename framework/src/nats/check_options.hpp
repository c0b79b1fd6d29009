#pragma once

#include <rill/nats/options.hpp>

namespace rill::nats {

/// Throws std::invalid_argument with one line that names the option, its value and the allowed values.
void check_options(const backplane_options& options);

} // namespace rill::nats
