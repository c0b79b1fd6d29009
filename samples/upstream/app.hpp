#pragma once

#include <chrono>
#include <cstddef>
#include <rill/rill.hpp>
#include <string>

#include "upstream/address.hpp"

namespace upstream {

struct options
{
    address server;                ///< the upstream, which is another HTTP server
    std::string events = "/ticks"; ///< path of the event stream of the upstream
    /// maximum time for the head of a response, and for each piece of a page
    std::chrono::milliseconds deadline{5'000};
    std::chrono::milliseconds patience{60'000}; ///< maximum time without an event or heartbeat of the stream
    std::size_t page_bytes = 1024UL * 1024;     ///< maximum size of a page; for a larger page, the response is 502
    std::size_t threads = 2;                    ///< number of threads in the pool for blocking functions
};

/// Handlers that call another server or a blocking function:
///
/// - GET /pages/{path...} returns the page of the upstream at that path.
/// - GET /events forwards the stream of the upstream until the client disconnects.
/// - GET /primes?below=N calls a blocking function on a thread pool.
///
/// If the upstream fails, the status is 502. If the upstream is too slow, the status is 504.
rill::router app(options how = {});

} // namespace upstream
