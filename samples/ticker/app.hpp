#pragma once

#include <rill/rill.hpp>
#include <string>

namespace ticker {

/// The ticker: a page that shows live ticks, and the stream behind it.
/// @param directory where the page is; the source tree's by default
rill::router app(const std::string& directory = {});

} // namespace ticker
