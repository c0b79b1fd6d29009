#pragma once

#include <optional>
#include <rill/http/request.hpp>
#include <string_view>

namespace rill {

/// What the request's Authorization gives for an authentication scheme, such as "Bearer" (RFC 9110, 11.4): the token,
/// or the parameters as sent, without the spaces around it. Schemes compare without regard to case, and one space or
/// more stand behind them. A view, until the field is changed.
///
/// Nothing without the field, for another scheme, where nothing follows the scheme, and for more than one field: which
/// one counts would be a guess. The value is compared as a secret, see equal_in_constant_time().
std::optional<std::string_view> credentials(const request& req, std::string_view scheme) noexcept;

/// Whether a client's guess is the secret. Takes as long for a guess that is nearly right as for any other of that
/// length, so that how long it takes tells nothing of the secret.
bool equal_in_constant_time(std::string_view guess, std::string_view secret) noexcept;

} // namespace rill
