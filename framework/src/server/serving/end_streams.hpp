#pragma once

#include <rill/http/close_reason.hpp>

namespace rill {

/// Throws std::invalid_argument unless end_streams() accepts this reason.
void check_end_reason(close_reason reason);

} // namespace rill
