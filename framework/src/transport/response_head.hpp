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

/// The head of a response, ready to be sent. The handler's own framing headers are left out: they are the connection's,
/// and response_check has seen that they say the same. With Upgrade there is a Connection that names it (RFC
/// 9110, 7.8).
std::string make_response_head(status status, const headers& fields, const framing& framing, bool close,
                               unsigned version, std::string_view date);

/// Whether a response of that status ends with its head, whatever that says (RFC 9110, 6.4.1).
bool is_bodiless(status status) noexcept;

/// The same, but for 205, which has to say that its body is empty (RFC 9110, 15.3.6).
bool may_have_body(status status) noexcept;

} // namespace rill::transport
