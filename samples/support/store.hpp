#pragma once

#include <functional>
#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <rill/server/log.hpp>
#include <string>

#include "support/command_line.hpp"

namespace samples {

/// Adds --store, which selects the log of the sample:
///
///     memory               in the memory of the process (default)
///     sqlite:FILE          in a file; all processes of this machine may share it
///     redis://HOST:PORT    in a Redis server; see rill::redis::parse_url()
///     nats://HOST:PORT     in a NATS server with JetStream; see rill::nats::parse_url()
///
/// parse() refuses other texts, and logs with which the program was not built.
void add_store(command_line& line, std::string& store);

/// Checks a text of --store. Returns an empty text or an error message. The message contains no password.
std::string check_store(const std::string& text);

/// Whether other processes with the same --store get the same events.
bool is_shared(const std::string& store);

/// Returns the name of the kind of log: memory, sqlite, redis or nats.
std::string kind_of(const std::string& store);

/// Opens the log. Call it in the process that uses it, after a fork(). Throws an exception derived from std::exception
/// if the text is invalid or if the file of SQLite cannot be used. Redis and NATS connect later, in the background.
/// @param log  receives messages about the connection and the file; any thread may call it; empty: no messages
std::shared_ptr<rill::pubsub::backplane> open_store(const std::string& store,
                                                    rill::log_sink log = rill::log_to_stderr(rill::log_format::text));

} // namespace samples
