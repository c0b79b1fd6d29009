#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/child_program.hpp"

namespace bench {

/// Whether somebody listens on the TCP port of 127.0.0.1, or nobody else may.
bool is_taken(std::uint16_t port);

/// Starts a server and returns once it has begun to answer a request: then all its processes are there.
///
/// Fails, in words, when the port is taken already, when the server ends or has not answered within `patience` seconds,
/// and when interrupted() becomes true.
/// @param port   on 127.0.0.1
/// @param target path and query that are asked for
tl::expected<std::unique_ptr<child_program>, std::string> start_server(const program_start& how, std::uint16_t port,
                                                                       const std::string& target, double patience);

} // namespace bench
