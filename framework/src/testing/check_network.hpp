#pragma once

#include <rill/testing/options.hpp>

namespace rill::testing::detail {

/// Throws std::invalid_argument if an option has no correct value.
void check_network(const network_options& options);

} // namespace rill::testing::detail
