#pragma once

#include <chrono>
#include <string>

namespace rill {

/// How a connection treats a stream while its producer does nothing. One object may serve any number of streams.
struct stream_policy
{
    /// Interval of heartbeats: `filler` is sent as a chunk of the body after this time without another write. Proxies
    /// then keep the connection, and the server notices a client that has vanished. 0: no heartbeats.
    std::chrono::milliseconds heartbeat{0};
    std::string filler{};

    /// Sent just before a shutdown ends the stream.
    std::string farewell{};

    /// Sent just before the deadline of the stream ends it, see sse::endpoint_options::until.
    std::string until_event{};

    /// The stream ends when the client accepts no data for this time while data waits to be sent. 0: the write timeout
    /// of the server.
    std::chrono::milliseconds write_timeout{0};

    /// At a shutdown the stream continues until its producer ends it, for at most the server's drain_timeout. If false,
    /// the shutdown ends the stream at once, unless it answers a request whose method is not GET. See also
    /// response_writer::finish_on_shutdown().
    bool finish_on_shutdown = false;
};

} // namespace rill
