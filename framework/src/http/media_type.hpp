#pragma once

#include <string_view>

namespace rill::detail {

/// Returns the media type of a Content-Type value or of a media range, without parameters (RFC 9110, section 8.3.1).
std::string_view media_type(std::string_view content_type) noexcept;

} // namespace rill::detail
