#pragma once

#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <string>

/// Opens the log that the text names: "memory", "sqlite:FILE", or the URL of a Redis or NATS server. Throws
/// std::exception.
/// @param synced  for SQLite: whether an acknowledged event must survive a power loss
std::shared_ptr<rill::pubsub::backplane> open_store(const std::string& name, bool synced = false);
