#pragma once

#include <optional>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>

namespace rill::detail {

/// Returns 415 and the accepted codings for a body with a Content-Encoding (RFC 9110, section 8.4), and nothing for a
/// body without one. For extractors that parse text: there is no decoder, because a small compressed body may become a
/// large one.
std::optional<problem> reject_content_coding(const request& req);

} // namespace rill::detail
