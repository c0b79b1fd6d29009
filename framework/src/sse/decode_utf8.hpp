#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "http/utf8.hpp"

namespace rill::sse {

/// Returns the number of bytes of the ill-formed sequence at the front of `text` that become one U+FFFD: the longest
/// part that begins a well-formed sequence, and at least one byte (Unicode 15, "U+FFFD Substitution of Maximal
/// Subparts"; WHATWG Encoding, "UTF-8 decoder").
inline std::size_t ill_formed_length(std::string_view text) noexcept
{
    // Whether this number of bytes, at least two, begins a longer well-formed sequence. Its further bytes may have any
    // value.
    const auto begins_sequence = [&](std::size_t bytes) {
        unsigned char completed[4] = {0x80, 0x80, 0x80, 0x80};
        std::copy_n(text.begin(), bytes, completed);
        return rill::detail::utf8_length(completed, sizeof completed) > bytes;
    };
    std::size_t length = 1;
    while (length < 3 && length < text.size() && begins_sequence(length + 1)) {
        ++length;
    }
    return length;
}

/// Appends `text` to `out`, decoded as browsers decode an event stream (WHATWG Encoding, "UTF-8 decode without BOM").
inline void append_decoded(std::string& out, std::string_view text)
{
    if (rill::detail::is_utf8(text)) {
        out.append(text);
        return;
    }
    while (!text.empty()) {
        auto length = rill::detail::utf8_length(reinterpret_cast<const unsigned char*>(text.data()), text.size());
        if (length != 0) {
            out.append(text.substr(0, length));
        } else {
            length = ill_formed_length(text);
            out.append("\xef\xbf\xbd");
        }
        text.remove_prefix(length);
    }
}

} // namespace rill::sse
