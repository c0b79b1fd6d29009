#pragma once

#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <string>

/// Opens the log that the text names: "memory" or "sqlite:FILE". Throws std::exception.
/// @param synced  whether an acknowledged event must survive a power loss
std::shared_ptr<rill::pubsub::backplane> open_store(const std::string& name, bool synced);
