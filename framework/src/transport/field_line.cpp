#include "transport/field_line.hpp"

#include "http/grammar.hpp"

namespace rill::transport {

std::optional<field_line> parse_field_line(std::string_view line) noexcept
{
    if (!line.ends_with('\r')) {
        return std::nullopt;
    }
    line.remove_suffix(1);
    const auto colon = line.find(':');
    if (colon == line.npos) {
        return std::nullopt;
    }
    const field_line field{line.substr(0, colon), detail::trimmed(line.substr(colon + 1))};
    if (!detail::is_token(field.name) || !detail::is_value(field.value)) {
        return std::nullopt;
    }
    return field;
}

} // namespace rill::transport
