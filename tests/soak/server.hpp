#pragma once

#include <cstdint>

namespace rill_soak {

/// Runs the server of the soak test with two workers until a signal stops it. Returns the exit code for main().
///
///     GET /direct, /handled   the same channel, without and with a coroutine for each stream
///     POST /publish           publishes the next event: its data is "LIFE:N", N counted from 1
///     GET /load               "streams connections handlers last-N"
///
/// @param life the number of this server, counted over all servers that use the port one after the other
int serve(std::uint16_t port, unsigned life);

} // namespace rill_soak
