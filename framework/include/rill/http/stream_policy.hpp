#pragma once

#include <chrono>
#include <string>

namespace rill {

/// The rules of a connection for a stream. Any number of streams may share one object.
struct stream_policy
{
    /// Interval of heartbeats. After this time without a write, the server sends `filler` as a chunk of the body.
    /// Proxies then keep the connection, and the server detects an unreachable client. 0: no heartbeats.
    std::chrono::milliseconds heartbeat{0};
    std::string filler{};

    /// Sent just before a shutdown ends the stream.
    std::string farewell{};

    /// Sent just before the deadline of the stream ends it, see sse::endpoint_options::until.
    std::string until_event{};

    /// The stream ends if data waits to be sent and the client accepts no data for this time. 0: the write timeout of
    /// the server.
    std::chrono::milliseconds write_timeout{0};

    /// If true, the stream continues at a shutdown until its producer ends it, for at most the server's drain_timeout.
    /// If false, the shutdown ends the stream within server_options::drain_spread, unless the method of its request is
    /// not GET. See also response_writer::finish_on_shutdown().
    bool finish_on_shutdown = false;
};

} // namespace rill
