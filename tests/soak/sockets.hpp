#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace rill_soak {

/// Returns this port of the loopback interface, or the next free port.
std::uint16_t free_port(std::uint16_t from);

/// Returns a non-blocking socket that connects to the port of the loopback interface, or -1 if this fails immediately.
/// @param source selects one of eight source addresses, so that there are enough ports
int connect_to(std::uint16_t port, unsigned source);

/// Closes the socket with RST.
void reset(int socket);

/// The response of the server to GET /load.
struct load
{
    std::size_t streams = 0;
    std::size_t connections = 0;
    long handlers = 0;
    std::uint64_t last = 0;
};

/// Returns nothing if the server does not respond.
std::optional<load> ask_load(std::uint16_t port);

} // namespace rill_soak
