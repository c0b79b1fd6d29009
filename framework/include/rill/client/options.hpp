#pragma once

#include <chrono>
#include <cstddef>

namespace rill::client {

/// Options of a client. A time of 0 means no limit.
struct http_options
{
    /// Maximum time to resolve the name and to connect. Also the maximum time to wait because of
    /// `max_connections_per_origin`.
    std::chrono::milliseconds connect_timeout{10'000};
    /// Maximum time from the end of the request to the end of the response's head.
    std::chrono::milliseconds response_timeout{30'000};
    /// Maximum time during which the body of a request or of a response makes no progress.
    std::chrono::milliseconds idle_timeout{60'000};

    /// Maximum number of redirects of one request. 0: send() returns a redirect as the response.
    unsigned max_redirects = 10;
    /// Maximum size of the head of a response in bytes.
    std::size_t max_head_bytes = 64UL * 1024;

    /// Maximum number of connections to one origin that an event loop uses at the same time. Further requests wait for
    /// at most `connect_timeout`. A stream uses its connection until its end. 0: no limit.
    std::size_t max_connections_per_origin = 0;
    /// Maximum number of idle connections that an event loop keeps for later requests. 0: none.
    std::size_t max_idle_connections = 64;
    /// Maximum number of idle connections to one origin that an event loop keeps.
    std::size_t max_idle_per_origin = 8;
    /// The client closes an idle connection after this time.
    std::chrono::milliseconds keep_alive{30'000};
};

/// The timeouts of a single request. They replace those of the client.
struct request_timeouts
{
    std::chrono::milliseconds response;
    std::chrono::milliseconds idle;
};

} // namespace rill::client
