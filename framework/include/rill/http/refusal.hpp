#pragma once

#include <chrono>
#include <rill/core/awaitable.hpp>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/response.hpp>
#include <string_view>

namespace rill {

namespace detail {

/// The 503 of a server that is short of something, with a Retry-After (RFC 9110, 10.2.3) of between `wait` and twice
/// that: each client gets a value of its own.
problem too_busy(std::chrono::milliseconds wait, std::string_view why);

/// Whether the response is an event stream by its Content-Type.
bool is_event_stream(const response& r) noexcept;

} // namespace detail

/// The response that refuses, after which the connection is closed. `wait` is what the client is told to wait at least;
/// up to as much again is added, for each its own (see detail::spread).
response refuse(refusal how, bool event_stream, std::chrono::milliseconds wait, std::string_view why);

/// As refuse(), in place of a response that is a stream: its other headers stay, as a browser needs those of CORS.
void refuse_stream(response& stream, refusal how, std::chrono::milliseconds wait, std::string_view why);

/// To be awaited before a client is refused for want of a place: another one that has left at the same time, or just
/// before, gives its place back within the same turns of the event loop. Then the place is to be asked for again.
awaitable<> yield_before_refusing();

} // namespace rill
