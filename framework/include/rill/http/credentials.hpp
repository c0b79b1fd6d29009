#pragma once

#include <optional>
#include <rill/http/request.hpp>
#include <string_view>

namespace rill {

/// Returns the credentials in the request's Authorization field for an authentication scheme such as "Bearer" (RFC
/// 9110, 11.4): the token or the parameters as sent, without surrounding spaces. The comparison of the scheme ignores
/// case. One or more spaces must follow the scheme. The view is valid until the field is changed.
///
/// Returns std::nullopt if the field is missing, has another scheme, has nothing after the scheme, or occurs more than
/// once. Use equal_in_constant_time() to compare the result with a secret.
std::optional<std::string_view> credentials(const request& req, std::string_view scheme) noexcept;

/// Whether `guess`, which a client has sent, equals the secret. The time depends only on the length of the guess.
/// Therefore it reveals nothing about the secret.
bool equal_in_constant_time(std::string_view guess, std::string_view secret) noexcept;

} // namespace rill
