#pragma once

#include <rill/http/response.hpp>
#include <string_view>

#include "transport/response_head.hpp"

namespace rill::transport {

struct checked_response
{
    std::string_view fault{}; ///< what is wrong, for the log; empty when the response can be sent
    bool closes = false;      ///< the handler asks for the connection to be closed, by a field or by the call
};

/// Looks at a handler's response. It must not say otherwise of its framing than the connection does, which knows it:
/// Content-Length has to be the body's, Connection can say no more than close, keep-alive and upgrade, and
/// Transfer-Encoding, Date, Keep-Alive, Proxy-Connection, TE and Trailer can't be said at all. Its status is a final
/// one of three digits, a 401 has WWW-Authenticate (RFC 9110, 11.6.1), a 405 Allow (15.5.6), a 426 Upgrade (15.5.22).
/// `method` is the request's: what answers HEAD or is a 304 may name a length, one, without having the body.
checked_response check_response(const response& r, verb method) noexcept;

/// How the body's end is found, of a response without a fault.
framing framing_of(const response& r, verb method, unsigned version) noexcept;

/// Whether a body was given that the status must not have: it is not sent.
bool has_forbidden_body(const response& r) noexcept;

} // namespace rill::transport
