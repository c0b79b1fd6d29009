#pragma once

#include <string>
#include <string_view>

namespace rill {

/// Appends `text` as a JSON string, with its quotes (RFC 8259, 7). What is not UTF-8 becomes U+FFFD, so that the result
/// is always valid.
void append_json(std::string& out, std::string_view text);

} // namespace rill
