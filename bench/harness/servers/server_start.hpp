#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/machine/child_program.hpp"

namespace bench {

/// Whether another socket has the TCP port of 127.0.0.1, so that this process cannot listen on it.
bool is_port_taken(std::uint16_t port);

/// Starts a server and waits for the first byte of a response. All processes of the server are then running.
///
/// Fails, with a message, when the port is taken, when the server ends or does not respond within `timeout` seconds,
/// and when interrupted() becomes true.
/// @param port   on 127.0.0.1
/// @param target path and query of the request
tl::expected<std::unique_ptr<child_program>, std::string> start_server(const program_start& how, std::uint16_t port,
                                                                       const std::string& target, double timeout);

} // namespace bench
