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

/// Parses a line that ended with LF.
/// @param line the line without its LF
/// @return none if the line is not valid: it does not end with CRLF; it begins with white space (a folded line, RFC
/// 9112,
///         5.2); the name is not a token, or white space follows it (5.1); the value has a control character (RFC 9110,
///         5.5)
std::optional<field_line> parse_field_line(std::string_view line) noexcept;

} // namespace rill::transport
