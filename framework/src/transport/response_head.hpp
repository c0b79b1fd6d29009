#pragma once

#include <cstdint>
#include <optional>
#include <rill/http/headers.hpp>
#include <rill/http/message.hpp>
#include <string>
#include <string_view>

namespace rill::transport {

/// How the client finds the end of the body (RFC 9112, 6.3).
struct framing
{
    bool chunked = false;
    std::optional<std::uint64_t> content_length{};
};

/// Formats the head of a response. It omits the framing fields that the handler has set. check_response() has verified
/// that they agree with `framing`. If the response has an Upgrade field, its Connection field contains "upgrade" (RFC
/// 9110, 7.8).
std::string make_response_head(status status, const headers& fields, const framing& framing, bool close,
                               unsigned version, std::string_view date);

/// Whether a response with this status ends after its head (RFC 9110, 6.4.1).
bool is_bodiless(status status) noexcept;

/// Whether a response with this status may have a body that is not empty. A 205 has an empty body, with Content-Length:
/// 0 (RFC 9110, 15.3.6).
bool may_have_body(status status) noexcept;

} // namespace rill::transport
