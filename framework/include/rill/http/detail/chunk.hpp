#pragma once

#include <cstddef>
#include <string_view>

namespace rill::detail {

/// What stands behind each chunk (RFC 9112, 7.1).
inline constexpr std::string_view chunk_end = "\r\n";

/// Writes the line in front of a chunk backwards, so that it ends at `end`; for 32 bits of size it needs 10 bytes.
/// @return where it begins
inline char* put_chunk_head(char* end, std::size_t size) noexcept
{
    constexpr std::string_view digits = "0123456789abcdef";
    *--end = '\n';
    *--end = '\r';
    do {
        *--end = digits[size % 16];
        size /= 16;
    } while (size != 0);
    return end;
}

} // namespace rill::detail
