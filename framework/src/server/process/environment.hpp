#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "http/whole_number.hpp"

namespace rill {

/// The number in an environment variable. None if the variable is not set, or if it does not hold a number.
inline std::optional<std::uint64_t> number_in_environment(const char* variable)
{
    const char* text = std::getenv(variable);
    return text != nullptr ? detail::whole_number<std::uint64_t>(text) : std::nullopt;
}

} // namespace rill
