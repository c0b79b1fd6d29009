#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace history {

/// Sends one line to a server on the loopback interface, and returns what it answers within the time. Returns an empty
/// text if the server is not reached or does not answer.
std::string ask(std::uint16_t port, std::string_view line, std::chrono::milliseconds time);

} // namespace history
