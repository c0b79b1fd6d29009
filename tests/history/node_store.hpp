#pragma once

#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <string>

namespace history {

/// Opens the log of a rill process.
/// @param store  memory, faulty (loses every hundredth event), sqlite:FILE, or the URL of a Redis or NATS server.
/// Throws std::invalid_argument for another text, and the exceptions of the log
std::shared_ptr<rill::pubsub::backplane> open_store(const std::string& store);

} // namespace history
