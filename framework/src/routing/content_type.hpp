#pragma once

#include <string_view>

namespace rill::detail {

/// The media type that goes with a file name's extension; application/octet-stream when it is not known.
std::string_view content_type_of(std::string_view file_name) noexcept;

} // namespace rill::detail
