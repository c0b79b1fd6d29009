#pragma once

#include <rill/client/request.hpp>
#include <rill/client/url.hpp>
#include <string_view>

namespace rill::client::detail {

/// Whether the client follows this status: 301, 302, 303, 307 or 308.
bool is_redirect(unsigned status) noexcept;

/// Changes the request so that it follows a redirect, and returns the new URL (WHATWG Fetch, "HTTP-redirect fetch").
///
/// With 301 and 302, a POST becomes a GET. With 303, all methods except HEAD become a GET. The function then removes
/// the body and the fields that describe the body. If the origin changes, it removes Authorization, Cookie and
/// Proxy-Authorization. Fails with errc::invalid_redirect for an invalid `location`, and with errc::unsupported_scheme.
result<url> follow_redirect(request& r, const url& from, unsigned status, std::string_view location);

} // namespace rill::client::detail
