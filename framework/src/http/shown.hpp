#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rill::detail {

/// What a client sent, as it goes back to the client in an error: short, and only characters that can harm neither a
/// terminal nor a log.
inline std::string shown(std::string_view value)
{
    constexpr std::size_t longest = 40;
    std::string text;
    for (const char c : value.substr(0, longest)) {
        text += c >= ' ' && c <= '~' ? c : '?';
    }
    if (value.size() > longest) {
        text += "...";
    }
    return text;
}

} // namespace rill::detail
