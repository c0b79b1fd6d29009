#pragma once

#include <chrono>
#include <cstddef>
#include <rill/rill.hpp>
#include <string>

#include "upstream/address.hpp"

namespace upstream {

struct options
{
    address server;                             ///< the upstream: another HTTP server
    std::string events = "/ticks";              ///< its stream of events
    std::chrono::milliseconds deadline{5'000};  ///< for its head, and for each piece of a page
    std::chrono::milliseconds patience{60'000}; ///< for each event or heartbeat of its stream
    std::size_t page_bytes = 1024UL * 1024;     ///< a longer page is answered with 502
    std::size_t threads = 2;                    ///< of the pool for functions that block
};

/// Handlers that call another server or a blocking function:
///
/// - GET /pages/{path...} returns the page of the upstream at that path.
/// - GET /events passes on the stream of the upstream until the client disconnects.
/// - GET /primes?below=N calls a function that blocks, on a thread pool.
///
/// The status is 502 if the upstream fails, and 504 if it is slow.
rill::router app(options how = {});

} // namespace upstream
