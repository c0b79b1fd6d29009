#pragma once

#include <string_view>

namespace rill::detail {

/// The media type for the extension of a file name; application/octet-stream if the extension is unknown.
std::string_view content_type_of(std::string_view file_name) noexcept;

} // namespace rill::detail
