#pragma once

#include <string>
#include <string_view>

namespace rill {

/// Appends `text` as a JSON string, with quotes (RFC 8259, section 7). Replaces bytes that are not UTF-8 with U+FFFD.
/// Therefore the result is always valid.
void append_json(std::string& out, std::string_view text);

} // namespace rill
