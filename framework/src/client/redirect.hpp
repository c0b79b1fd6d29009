#pragma once

#include <rill/client/request.hpp>
#include <rill/client/url.hpp>
#include <string_view>

namespace rill::client::detail {

/// Whether the client follows this status: 301, 302, 303, 307 or 308.
bool is_redirect(unsigned status) noexcept;

/// Changes the request so that it follows a redirect, and returns the new URL (WHATWG Fetch, "HTTP-redirect fetch").
///
/// A POST becomes a GET with 301 and 302, and all methods except HEAD with 303. Then the body and the fields that
/// describe it are removed. For another origin, Authorization, Cookie and Proxy-Authorization are removed. Fails with
/// errc::invalid_redirect for an invalid `location`, and with errc::unsupported_scheme.
result<url> follow_redirect(request& r, const url& from, unsigned status, std::string_view location);

} // namespace rill::client::detail
