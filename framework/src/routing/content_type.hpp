#pragma once

#include <string_view>

namespace rill::detail {

/// Returns the media type for the extension of a file name. Returns application/octet-stream if the extension is
/// unknown.
std::string_view content_type_of(std::string_view file_name) noexcept;

} // namespace rill::detail
