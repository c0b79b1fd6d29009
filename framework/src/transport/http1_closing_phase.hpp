#pragma once

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// The closing phase of a connection: everything was written, and the connection waits until the client has received
/// it. A close with unread input would reset the connection, and the client might lose the last bytes (RFC 9112, 9.6).
/// All state is in the connection; an object of this class lives for one call.
class http1_closing_phase
{
public:
    explicit http1_closing_phase(http1_connection_state& connection) noexcept : connection_(connection) {}
    http1_closing_phase(const http1_closing_phase&) = delete;
    http1_closing_phase& operator=(const http1_closing_phase&) = delete;

    /// Sends FIN, if nothing is queued, and begins to discard the input. Called again when the queue is flushed.
    void begin();
    /// Reads the input until the client has finished or there is none.
    void discard_input();
    /// The linger timeout or the write timeout has passed. A client that still takes bytes, however slowly, gets them
    /// all: also those in the kernel, which a reset would discard.
    void on_timer();

private:
    bool stops_reading() const noexcept;

    http1_connection_state& connection_;
};

} // namespace rill::transport
