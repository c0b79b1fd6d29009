#pragma once

#include <optional>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>

namespace rill::detail {

/// If the body has a Content-Encoding (RFC 9110, section 8.4), returns 415 and the accepted codings. Otherwise returns
/// nothing. For extractors that parse text. There is no decoder, because a small compressed body may become a large
/// one.
std::optional<problem> reject_content_coding(const request& req);

} // namespace rill::detail
