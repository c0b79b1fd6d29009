#pragma once

#include <cstdint>
#include <optional>
#include <rill/http/headers.hpp>
#include <rill/http/message.hpp>
#include <string>
#include <string_view>

namespace rill::transport {

/// How the body's end is found (RFC 9112, 6.3).
struct framing
{
    bool chunked = false;
    std::optional<std::uint64_t> content_length{};
};

/// The head of a response, ready to be sent. The handler's own framing headers are left out: they are the connection's.
std::string make_response_head(status status, const headers& fields, const framing& framing, bool close,
                               unsigned version, std::string_view date);

/// Whether a response of that status never has a body (RFC 9110, 6.4.1).
bool is_bodiless(status status) noexcept;

} // namespace rill::transport
