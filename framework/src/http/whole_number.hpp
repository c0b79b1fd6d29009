#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace rill::detail {

/// The number that the text is, in decimal digits and with nothing around them (for signed ones perhaps with a minus);
/// nothing when it is none, or too large. Leading zeros are taken.
template <std::integral Number>
std::optional<Number> whole_number(std::string_view text) noexcept
{
    Number number = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

} // namespace rill::detail
