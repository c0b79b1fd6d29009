#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rill {

enum class plus : bool
{
    literal,
    is_space ///< as in application/x-www-form-urlencoded
};

/// Decodes %XX once (RFC 3986, 2.1). Nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, plus mode = plus::literal);

} // namespace rill
