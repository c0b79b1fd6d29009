#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace rill::detail {

/// Parses a whole number that consists of decimal digits only, with an optional minus for signed types. Leading zeros
/// are allowed. Returns nothing if the text is not a number or the number is out of range.
template <std::integral Number>
std::optional<Number> whole_number(std::string_view text) noexcept
{
    Number number = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

} // namespace rill::detail
