#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "http/whole_number.hpp"

namespace rill {

/// The number that an environment variable holds; nothing if it is not set or holds anything else.
inline std::optional<std::uint64_t> number_in_environment(const char* variable)
{
    const char* text = std::getenv(variable);
    return text != nullptr ? detail::whole_number<std::uint64_t>(text) : std::nullopt;
}

} // namespace rill
