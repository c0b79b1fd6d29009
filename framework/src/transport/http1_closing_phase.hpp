#pragma once

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// The closing phase of a connection. The response is complete, and the connection waits until the client has received
/// it. A close with unread input would reset the connection, and the client might lose the last bytes (RFC 9112, 9.6).
/// An object of this class exists only for one call. Its state is in the connection.
class http1_closing_phase
{
public:
    explicit http1_closing_phase(http1_connection_state& connection) noexcept : connection_(connection) {}
    http1_closing_phase(const http1_closing_phase&) = delete;
    http1_closing_phase& operator=(const http1_closing_phase&) = delete;

    /// Begins the phase. If bytes are queued, the connection calls this function again after they were sent. Otherwise
    /// this function sends FIN and begins to discard the input.
    void begin();
    /// Reads and discards the input, until the client has finished sending or no input is available.
    void discard_input();
    /// Called when the linger timeout or the write timeout has passed. A client that still reads, even slowly, gets all
    /// bytes. This includes the bytes in the kernel, which a reset would discard.
    void on_timer();

private:
    bool stops_reading() const noexcept;

    http1_connection_state& connection_;
};

} // namespace rill::transport
