#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rill::detail {

/// Returns the length in bytes of the well-formed UTF-8 sequence at `p`, or 0 if there is none (Unicode 15, table 3-7).
/// @param left  number of bytes at `p`, at least one
inline std::size_t utf8_length(const unsigned char* p, std::size_t left) noexcept
{
    const auto tail = [&](std::size_t i, unsigned char low = 0x80, unsigned char high = 0xbf) {
        return i < left && p[i] >= low && p[i] <= high;
    };
    const unsigned char lead = p[0];
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return tail(1) ? 2 : 0;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        const unsigned char low = lead == 0xe0 ? 0xa0 : 0x80;
        const unsigned char high = lead == 0xed ? 0x9f : 0xbf; // no surrogates
        return tail(1, low, high) && tail(2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const unsigned char low = lead == 0xf0 ? 0x90 : 0x80;
        const unsigned char high = lead == 0xf4 ? 0x8f : 0xbf; // up to U+10FFFF
        return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

/// Whether all of `text` is well-formed UTF-8.
inline bool is_utf8(std::string_view text) noexcept
{
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    for (std::size_t left = text.size(); left != 0;) {
        // Checks eight characters at a time, because most text is ASCII.
        if (std::uint64_t word = 0; left >= sizeof word) {
            std::memcpy(&word, p, sizeof word);
            if ((word & 0x8080808080808080U) == 0) {
                p += sizeof word;
                left -= sizeof word;
                continue;
            }
        }
        const auto length = utf8_length(p, left);
        if (length == 0) {
            return false;
        }
        p += length;
        left -= length;
    }
    return true;
}

} // namespace rill::detail
