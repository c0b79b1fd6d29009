#pragma once

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// Decides whether the client of a connection is still there, and takes what is sent to it. Cancels what runs if not.
/// All state is in the connection; an object of this class lives for one call.
class http1_peer_watch
{
public:
    explicit http1_peer_watch(http1_connection_state& connection) noexcept : connection_(connection) {}
    http1_peer_watch(const http1_peer_watch&) = delete;
    http1_peer_watch& operator=(const http1_peer_watch&) = delete;

    /// Cancels a handler or a stream if its client has left. Returns whether it did.
    bool cancel_if_left();
    /// The same, and limits the time of a handler whose client has finished sending.
    void check();
    /// The same, and cancels if the client has sent too much.
    void check_input();

    /// The timer has fired while a handler runs.
    void check_half_close();
    /// The timer has fired: cancels if the client takes nothing for too long, or takes a response too slowly. Sends a
    /// heartbeat if nothing is queued.
    void check_progress();

private:
    bool has_left() const;
    bool is_too_slow() const noexcept;

    http1_connection_state& connection_;
};

} // namespace rill::transport
