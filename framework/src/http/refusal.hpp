#pragma once

#include <chrono>
#include <rill/core/awaitable.hpp>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/response.hpp>
#include <string_view>

namespace rill {

namespace detail {

/// Returns the problem of a server that lacks a resource: 503 with a Retry-After header (RFC 9110, section 10.2.3).
/// Each client gets a different value between `wait` and twice `wait`.
problem too_busy(std::chrono::milliseconds wait, std::string_view why);

/// Whether the Content-Type of the response is that of an event stream.
bool is_event_stream(const response& r) noexcept;

} // namespace detail

/// Returns the response for a rejected client. The connection is closed after this response. Each client gets a
/// different waiting time between `wait` and twice `wait` (see detail::jitter).
response refuse(refusal how, bool event_stream, std::chrono::milliseconds wait, std::string_view why);

/// Replaces the response of a stream by a rejection. Keeps its other headers, because a browser needs the headers of
/// CORS.
void refuse_stream(response& stream, refusal how, std::chrono::milliseconds wait, std::string_view why);

/// Yields to the event loop before a client is rejected because a limit is reached. Clients that disconnect at this
/// time release their slots within these turns. The caller must check the limit again afterwards.
awaitable<> yield_before_refusing();

} // namespace rill
