#pragma once

#include <rill/pubsub/channel.hpp>
#include <rill/rill.hpp>
#include <string>

namespace dashboard {

/// A channel in which an event replaces the previous one of the same key. A new viewer begins with the current state,
/// and a slow viewer skips to it.
rill::pubsub::channel make_channel();

/// GET /figures is the stream, for any number of viewers.
/// @param directory directory of the page; default: in the source tree
rill::router app(const rill::pubsub::channel& figures, const std::string& directory = {});

} // namespace dashboard
