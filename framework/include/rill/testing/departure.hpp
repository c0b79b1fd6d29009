#pragma once

namespace rill::testing {

/// How a client disconnects.
enum class departure : unsigned char
{
    fin,   ///< sends FIN, and a reset if the server sends more data
    reset, ///< resets the connection
    vanish ///< sends no FIN and no acknowledgments, like a phone without a network
};

} // namespace rill::testing
