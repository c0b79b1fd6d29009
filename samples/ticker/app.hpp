#pragma once

#include <rill/rill.hpp>
#include <string>

namespace ticker {

/// Serves a page that shows live ticks, and the stream of the ticks.
/// @param directory  directory of the page; default: the directory in the source tree
rill::router app(const std::string& directory = {});

} // namespace ticker
