#pragma once

#include <rill/rill.hpp>
#include <string>

namespace ticker {

/// The ticker: a page that shows live ticks, and their stream.
/// @param directory directory of the page; default: in the source tree
rill::router app(const std::string& directory = {});

} // namespace ticker
