#pragma once

#include <memory>
#include <rill/pubsub/channel.hpp>
#include <rill/rill.hpp>
#include <string>

namespace dashboard {

/// Creates a channel in which an event replaces the previous event of the same key. A new viewer first gets the current
/// state. A slow viewer skips older events and gets the current state.
/// @param plane  the log. By default it is in the memory of this process
rill::pubsub::channel make_channel(std::shared_ptr<rill::pubsub::backplane> plane = nullptr);

/// GET /figures streams the figures to any number of viewers.
/// @param directory  directory of the page; default: the directory in the source tree
rill::router app(const rill::pubsub::channel& figures, const std::string& directory = {});

} // namespace dashboard
