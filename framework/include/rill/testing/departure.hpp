#pragma once

namespace rill::testing {

/// How a client leaves.
enum class departure : unsigned char
{
    fin,   ///< closes its socket: FIN, and a reset if the server still sends something
    reset, ///< resets the connection
    vanish ///< says nothing: no FIN, no acknowledgments, as a phone without reception
};

} // namespace rill::testing
