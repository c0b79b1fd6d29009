#pragma once

#include <chrono>
#include <rill/core/awaitable.hpp>
#include <rill/http/limits.hpp>
#include <rill/http/response.hpp>
#include <string_view>

namespace rill {

/// The response that refuses, after which the connection is closed. `wait` is what the client is told to wait at least;
/// up to as much again is added, for each its own (see detail::spread).
response refuse(refusal how, bool event_stream, std::chrono::milliseconds wait, std::string_view detail);

/// As refuse(), in place of a response that is a stream: its other headers stay, as a browser needs those of CORS.
void refuse_stream(response& stream, refusal how, std::chrono::milliseconds wait, std::string_view detail);

/// To be awaited before a client is refused for want of a place: another one that has left at the same time, or just
/// before, gives its place back within the same turns of the event loop. Then the place is to be asked for again.
awaitable<> let_others_leave();

} // namespace rill
