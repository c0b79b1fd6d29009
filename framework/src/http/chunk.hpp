#pragma once

#include <cstddef>
#include <string_view>

namespace rill::detail {

/// The end of each chunk (RFC 9112, section 7.1).
inline constexpr std::string_view chunk_end = "\r\n";

/// Writes the size line of a chunk so that it ends at `end`. A size of 32 bits needs at most 10 bytes.
/// @return the beginning of the line
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
