#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rill::detail {

/// Makes text from a client safe for an error message. Cuts the text after 40 bytes. Replaces every byte that is not
/// printable ASCII with '?', because it could harm a terminal or a log.
inline std::string printable(std::string_view value)
{
    constexpr std::size_t max_size = 40;
    std::string text;
    for (const char c : value.substr(0, max_size)) {
        text += c >= ' ' && c <= '~' ? c : '?';
    }
    if (value.size() > max_size) {
        text += "...";
    }
    return text;
}

} // namespace rill::detail
