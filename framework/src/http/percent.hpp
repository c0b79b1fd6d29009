#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rill {

/// Decodes each %XX once (RFC 3986, section 2.1). Returns nothing if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

/// Decodes a name or a value of application/x-www-form-urlencoded, which is also the format of a query (WHATWG URL,
/// section 5.1). '+' becomes a space. A '%' without two hexadecimal digits is kept unchanged, as in "100%".
std::string form_decode(std::string_view text);

} // namespace rill
