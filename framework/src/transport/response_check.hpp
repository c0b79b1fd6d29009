#pragma once

#include <rill/http/response.hpp>
#include <string_view>

#include "transport/response_head.hpp"

namespace rill::transport {

struct checked_response
{
    std::string_view fault{}; ///< for the log; empty if the response can be sent
    bool closes = false;      ///< the handler asks to close the connection
};

/// Checks a handler's response:
///
/// - Its status is a final status with three digits.
/// - Content-Length is the length of the body. A response to HEAD, or a 304, may have a Content-Length without the
///   body.
/// - Connection has only the options close, keep-alive and upgrade.
/// - It has no Transfer-Encoding, Date, Keep-Alive, Proxy-Connection, TE or Trailer. The connection sets these fields,
///   or they do not belong in a response.
/// - A 401 has WWW-Authenticate (RFC 9110, 11.6.1). A 405 has Allow (15.5.6). A 426 has Upgrade (15.5.22).
///
/// @param method the method of the request
checked_response check_response(const response& r, verb method) noexcept;

/// The framing of a response in which check_response() has found no fault.
framing framing_of(const response& r, verb method, unsigned version) noexcept;

/// Whether the response has a body that its status does not allow. Such a body is not sent.
bool has_forbidden_body(const response& r) noexcept;

} // namespace rill::transport
