#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace rill_soak {

/// That port of the loopback interface, or the next where nobody listens.
std::uint16_t free_port(std::uint16_t from);

/// A non-blocking socket that connects to the port of the loopback interface; -1 when that failed at once.
/// @param source chooses one of eight addresses of our own, so that there are enough ports
int connect_to(std::uint16_t port, unsigned source);

/// Closes it with RST.
void reset(int socket);

/// What the server answers to GET /load.
struct load
{
    std::size_t streams = 0;
    std::size_t connections = 0;
    long handlers = 0;
    std::uint64_t last = 0;
};

/// None when there is no answer.
std::optional<load> ask_load(std::uint16_t port);

} // namespace rill_soak
