#pragma once

#include <string>
#include <string_view>

namespace rill {

/// Appends `text` as a JSON string, with its quotes (RFC 8259, 7). Bytes that are not UTF-8 become U+FFFD, so that the
/// result can always be read.
void append_json(std::string& out, std::string_view text);

} // namespace rill
