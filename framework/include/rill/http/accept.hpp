#pragma once

#include <rill/http/request.hpp>

namespace rill {

/// Whether the client asks for an event stream, as an EventSource does: its Accept names `text/event-stream` with a
/// weight above 0, and no other media type with a higher one (RFC 9110, 12.5.1). Case and parameters do not matter, nor
/// in how many lines Accept comes. A wildcard is not enough: `*/*` is what clients send that would not read a stream.
/// With equal weights, as of `application/json, text/event-stream`, the client reads both, and this is true.
///
/// An answer that depends on it has `Vary: Accept`, so that a cache keeps both apart.
bool wants_event_stream(const request& r) noexcept;

} // namespace rill
