#pragma once

#include <cstdint>

namespace rill_soak {

/// The server of the soak test, with two workers, until it is told to end; main()'s result.
///
///     GET /direct, /handled   the same channel, without and with a coroutine for each stream
///     POST /publish           publishes the next event: its data is "LIFE:N", N counted from 1
///     GET /load               "streams connections handlers last-N"
///
/// @param life which of the servers it is that follow each other on the port
int serve(std::uint16_t port, unsigned life);

} // namespace rill_soak
