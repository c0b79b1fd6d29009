#pragma once

#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <string>

namespace history {

/// Opens the log of a rill process.
/// @param store  memory, faulty (loses every hundredth event), or another text that samples::open_store() takes
/// Throws std::invalid_argument for another text, and the exceptions of the log.
std::shared_ptr<rill::pubsub::backplane> open_store(const std::string& store);

} // namespace history
