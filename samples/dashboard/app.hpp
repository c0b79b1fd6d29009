#pragma once

#include <rill/pubsub/channel.hpp>
#include <rill/rill.hpp>
#include <string>

namespace dashboard {

/// A channel in which an event replaces the one of the same key: a new viewer begins with the present state, and a slow
/// one skips to it.
rill::pubsub::channel make_channel();

/// GET /figures is the stream, for any number of viewers.
/// @param directory where the page is; the source tree's by default
rill::router app(const rill::pubsub::channel& figures, const std::string& directory = {});

} // namespace dashboard
