#pragma once

#include <optional>
#include <string_view>

namespace rill::transport {

/// One line of a header or trailer section. The views refer to the line.
struct field_line
{
    std::string_view name;
    std::string_view value; ///< without the white space around it
};

/// Parses one line of a header or trailer section.
/// @param line the line without its LF
/// @return none if the line is not valid:
/// - The line does not end with CRLF.
/// - The line begins with white space. This is a folded line (RFC 9112, 5.2).
/// - The name is not a token, or white space follows the name (RFC 9112, 5.1).
/// - The value has a control character (RFC 9110, 5.5).
std::optional<field_line> parse_field_line(std::string_view line) noexcept;

} // namespace rill::transport
