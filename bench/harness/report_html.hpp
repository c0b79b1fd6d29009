#pragma once

#include <string>

#include "harness/compare_model.hpp"

namespace bench {

/// The whole comparison as one page that needs nothing but itself: light and dark, for phones and for desks. It is
/// well-formed XML, too.
std::string html_report(const comparison& all);

} // namespace bench
