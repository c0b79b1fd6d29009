#pragma once

#include <optional>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>

namespace rill::detail {

/// What is answered to a body that is compressed, or coded in any other way (Content-Encoding; RFC 9110, 8.4): 415,
/// with the codings that are taken. Nothing when the body is as it is. For who reads a body as text: it has no decoder,
/// as a small body may become a large one.
std::optional<problem> refuse_content_coding(const request& req);

} // namespace rill::detail
