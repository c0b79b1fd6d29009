#pragma once

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// Checks whether the client of a connection is still connected, and whether it reads what is sent to it. If not,
/// cancels the handler or the stream. An object of this class exists only for one call. Its state is in the connection.
class http1_peer_watch
{
public:
    explicit http1_peer_watch(http1_connection_state& connection) noexcept : connection_(connection) {}
    http1_peer_watch(const http1_peer_watch&) = delete;
    http1_peer_watch& operator=(const http1_peer_watch&) = delete;

    /// Cancels a handler or a stream if its client has disconnected. Returns whether the client has disconnected.
    bool cancel_if_left();
    /// Calls cancel_if_left(). Also limits the time of a handler whose client has finished sending.
    void check();
    /// Cancels the handler or the stream if the client has sent too much. Otherwise calls check().
    void check_input();

    /// Called when the timer fires while a handler runs.
    void check_half_close();
    /// Called when the timer fires. Cancels the handler or the stream if the client reads nothing for too long, or if
    /// it reads a response too slowly. Sends a heartbeat if no bytes are queued.
    void check_progress();

private:
    bool has_left() const;
    bool is_too_slow() const noexcept;

    http1_connection_state& connection_;
};

} // namespace rill::transport
