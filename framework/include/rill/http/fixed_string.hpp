#pragma once

#include <cstddef>
#include <string_view>

namespace rill {

/// A string literal as a template argument: the name in `query<"ms">`.
template <std::size_t N>
struct fixed_string
{
    char text[N]{};

    constexpr fixed_string(const char (&literal)[N]) noexcept // NOLINT: implicit on purpose
    {
        for (std::size_t i = 0; i < N; ++i) {
            text[i] = literal[i];
        }
    }

    constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

} // namespace rill
