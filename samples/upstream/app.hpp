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

/// What a handler does that needs others:
///
/// - GET /pages/{path...} answers what the upstream has at that path;
/// - GET /events is the upstream's stream, passed on as it comes, for as long as the client stays;
/// - GET /primes?below=N calls a function that blocks, on a thread pool.
///
/// An upstream that fails is 502, one that is slow 504.
rill::router app(options how = {});

} // namespace upstream
