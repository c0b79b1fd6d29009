#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/machine/child_program.hpp"

namespace bench {

/// Whether another socket uses this TCP port of 127.0.0.1. Then this process cannot listen on the port.
bool is_port_taken(std::uint16_t port);

/// Starts a server and waits for the first byte of a response. After that, all processes of the server are running.
///
/// Returns an error message if the port is in use, if the server ends or does not respond within `timeout` seconds, or
/// if interrupted() becomes true.
/// @param port  port on 127.0.0.1
/// @param target  path and query of the request
tl::expected<std::unique_ptr<child_program>, std::string> start_server(const program_start& how, std::uint16_t port,
                                                                       const std::string& target, double timeout);

} // namespace bench
