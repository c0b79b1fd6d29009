#pragma once

#include <memory>
#include <rill/nats/options.hpp>
#include <rill/pubsub/backplane.hpp>

namespace rill::nats {

/// Returns a log in a JetStream stream of NATS. Processes on several machines that use the same stream share the
/// events. It connects in threads of its own, so it returns at once, also if no server can be reached.
///
/// Ids are numbers: the sum of the time of the stream's creation, in microseconds since 1970, and the sequence of the
/// event in the stream. The server remembers idempotency keys for backplane_options::duplicate_window.
///
/// The destructor closes the connection. It waits for callbacks that run, but not for the server.
/// Thread-safe. Errors: throws std::invalid_argument for an invalid option.
std::shared_ptr<pubsub::backplane> backplane(backplane_options options = {});

} // namespace rill::nats
