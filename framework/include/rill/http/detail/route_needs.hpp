#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace rill::detail {

/// The path parameters that a handler requires of its route.
struct route_needs
{
    std::vector<std::string> path_parameters; ///< names of these parameters
    bool is_complete = false;                 ///< the handler cannot read other path parameters
};

/// Whether a type declares the path parameters that it requires: `T::path_parameters`, a range of string_view.
template <class T>
concept declares_path_parameters = requires {
    {
        *T::path_parameters.begin()
    } -> std::convertible_to<std::string_view>;
};

template <class T>
void add_path_parameters(route_needs& needs)
{
    if constexpr (declares_path_parameters<T>) {
        for (const std::string_view name : T::path_parameters) {
            needs.path_parameters.emplace_back(name);
        }
    } else {
        needs.is_complete = false;
    }
}

} // namespace rill::detail
