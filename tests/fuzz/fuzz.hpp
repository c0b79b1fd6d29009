#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// The common parts of the fuzz targets. Each target is a file with the function LLVMFuzzerTestOneInput. libFuzzer calls
// it with generated inputs (`./dev fuzz`). replay.cpp calls it with the inputs in corpus/.
namespace rill_fuzz {

/// Checks an invariant. If it does not hold, the process ends, in every build type.
inline void require(bool holds, const char* what)
{
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", what);
        std::abort();
    }
}

/// Reads the input from the front.
class source
{
public:
    source(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

    /// Returns the next byte, or 0 at the end.
    std::uint8_t byte()
    {
        const auto front = text(1);
        return front.empty() ? 0 : static_cast<std::uint8_t>(front.front());
    }

    /// Returns at most `bytes` bytes.
    std::string text(std::size_t bytes)
    {
        const auto front = rest_.substr(0, bytes);
        rest_.remove_prefix(front.size());
        return std::string(front);
    }

    /// Returns the text up to the next LF or the end. Skips the LF.
    std::string line()
    {
        const auto front = text(std::min(rest_.find('\n'), rest_.size()));
        static_cast<void>(byte());
        return front;
    }

    bool empty() const noexcept { return rest_.empty(); }
    std::string rest() { return text(rest_.size()); }

private:
    std::string_view rest_;
};

/// Returns the text in one piece (`seed` 0), byte by byte (1), or cut at positions that depend on the seed.
inline std::vector<std::string> cut(std::string_view text, std::uint8_t seed)
{
    std::vector<std::string> pieces;
    std::uint32_t state = seed;
    while (!text.empty()) {
        state = state * 1'664'525 + 1'013'904'223;
        const auto size = seed == 0   ? text.size()
                          : seed == 1 ? 1
                                      : std::min<std::size_t>((state >> 24) % 23 + 1, text.size());
        pieces.emplace_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return pieces;
}

/// Encodes all bytes as %XX, except letters and digits. The seed selects upper or lower case of the hexadecimal digits.
inline std::string percent_encode(std::string_view text, std::uint8_t seed)
{
    std::string out;
    for (const char c : text) {
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        const char* digits = (byte ^ seed) % 3 == 0 ? "0123456789abcdef" : "0123456789ABCDEF";
        out += {'%', digits[byte / 16], digits[byte % 16]};
    }
    return out;
}

inline std::string lower_case(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

/// Returns the parts between the separators. Without a separator, the only part is the whole text.
inline std::vector<std::string> split(std::string_view text, std::string_view separator)
{
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == text.npos) {
            return parts;
        }
        text.remove_prefix(end + separator.size());
    }
}

/// Returns the text without spaces and tabs at both ends.
inline std::string_view bare(std::string_view text)
{
    const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// Decodes the text and returns true if it is well-formed UTF-8 (Unicode 15, D92). Surrogates, codes above U+10FFFF and
/// overlong encodings are invalid.
inline bool is_utf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i++]);
        const unsigned tails = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : 9;
        if (tails == 9 || text.size() - i < tails) {
            return false;
        }
        std::uint32_t code = tails == 0 ? lead : lead & (0x3FU >> tails);
        for (unsigned n = 0; n < tails; ++n) {
            const auto tail = static_cast<unsigned char>(text[i++]);
            if (tail >> 6 != 2) {
                return false;
            }
            code = code << 6 | (tail & 0x3FU);
        }
        constexpr std::uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
        if (code < smallest[tails] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
            return false;
        }
    }
    return true;
}

} // namespace rill_fuzz
