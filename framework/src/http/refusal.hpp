#pragma once

#include <chrono>
#include <rill/core/awaitable.hpp>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/response.hpp>
#include <string_view>

namespace rill {

namespace detail {

/// The problem of a server that lacks a resource: 503 with a Retry-After (RFC 9110, section 10.2.3) between `wait` and
/// twice this. Each client gets a different value.
problem too_busy(std::chrono::milliseconds wait, std::string_view why);

/// Whether the response is an event stream by its Content-Type.
bool is_event_stream(const response& r) noexcept;

} // namespace detail

/// Returns the response for a refused client, after which the connection is closed. The client is asked to wait between
/// `wait` and twice this. Each client gets a different value (see detail::jitter).
response refuse(refusal how, bool event_stream, std::chrono::milliseconds wait, std::string_view why);

/// Replaces the response of a stream by a refusal. Its other headers stay, because a browser needs those of CORS.
void refuse_stream(response& stream, refusal how, std::chrono::milliseconds wait, std::string_view why);

/// Yields to the event loop before a client is refused because a limit is reached. Clients that leave at the same time,
/// or have just left, release their slots within these turns. The caller must check the limit again afterwards.
awaitable<> yield_before_refusing();

} // namespace rill
