#pragma once

#include <optional>
#include <string_view>

namespace rill::transport {

/// One line of a header or trailer section, as views into it.
struct field_line
{
    std::string_view name;
    std::string_view value; ///< without the white space around it
};

/// Takes a line that ended with LF, without that. Nothing when it is no field line: it did not end with CRLF, it begins
/// with white space (a folded line, RFC 9112, 5.2), the name is empty, no token or not followed by the colon at once
/// (5.1), or the value holds a control character (RFC 9110, 5.5).
std::optional<field_line> parse_field_line(std::string_view line) noexcept;

} // namespace rill::transport
