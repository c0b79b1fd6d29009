#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rill {

/// Decodes %XX once (RFC 3986, 2.1). Nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

/// Decodes a name or a value of application/x-www-form-urlencoded, which a query is, too (WHATWG URL, 5.1): '+' is a
/// space, and a '%' that begins no escape is itself, as in "100%".
std::string form_decode(std::string_view text);

} // namespace rill
