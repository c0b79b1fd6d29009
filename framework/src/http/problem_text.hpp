#pragma once

#include <rill/http/message.hpp>
#include <string>
#include <string_view>

namespace rill::detail {

/// Returns the body of an application/problem+json response (RFC 9457).
/// @param title  if empty, the reason phrase of the status is used
/// @param detail  if empty, the body has no detail
std::string problem_text(status code, std::string_view title, std::string_view detail);

} // namespace rill::detail
