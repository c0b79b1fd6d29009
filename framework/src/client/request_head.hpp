#pragma once

#include <rill/client/request.hpp>
#include <rill/client/url.hpp>
#include <string>

namespace rill::client::detail {

/// Returns the head of the request for this URL, with the empty line that ends it (RFC 9112, section 3).
std::string request_head(const request& r, const url& to);

} // namespace rill::client::detail
