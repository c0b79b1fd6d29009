#pragma once

#include <optional>
#include <rill/http/request.hpp>
#include <string_view>

namespace rill {

/// Returns the credentials in the request's Authorization field for an authentication scheme such as "Bearer" (RFC
/// 9110, 11.4): the token or the parameters as sent, without surrounding spaces. The scheme is compared without regard
/// to case. One or more spaces follow it. The view is valid until the field is changed.
///
/// Returns nothing if the field is missing, names another scheme, has nothing after the scheme, or occurs more than
/// once. Compare the result with a secret by equal_in_constant_time().
std::optional<std::string_view> credentials(const request& req, std::string_view scheme) noexcept;

/// Whether a client's guess equals the secret. The time depends only on the length of the guess, so it reveals nothing
/// about the secret.
bool equal_in_constant_time(std::string_view guess, std::string_view secret) noexcept;

} // namespace rill
