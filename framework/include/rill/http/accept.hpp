#pragma once

#include <rill/http/request.hpp>

namespace rill {

/// Whether the client requests an event stream, as an EventSource does. This is true if its Accept field contains
/// `text/event-stream` with a weight above 0, and no other media type with a higher weight (RFC 9110, section 12.5.1).
/// Case, parameters and the number of Accept lines do not matter. A wildcard is not enough, because clients that cannot
/// read a stream send `*/*`. With equal weights, as in `application/json, text/event-stream`, the client can read both,
/// and the result is true.
///
/// A response that depends on the result should have the field `Vary: Accept`, so that caches store both variants.
bool wants_event_stream(const request& r) noexcept;

} // namespace rill
