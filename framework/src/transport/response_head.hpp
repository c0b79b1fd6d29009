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

/// Formats the head of a response. The handler's own framing fields are left out: response_check has checked that they
/// agree with `framing`. A response with Upgrade has a Connection field that names it (RFC 9110, 7.8).
std::string make_response_head(status status, const headers& fields, const framing& framing, bool close,
                               unsigned version, std::string_view date);

/// Whether a response with this status ends with its head (RFC 9110, 6.4.1).
bool is_bodiless(status status) noexcept;

/// Whether a response with this status may have a body that is not empty. A 205 has an empty body, and says so (RFC
/// 9110, 15.3.6).
bool may_have_body(status status) noexcept;

} // namespace rill::transport
