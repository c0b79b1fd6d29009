#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <rill/http/extract.hpp>
#include <string_view>
#include <typeinfo>

namespace rill {

namespace detail {

/// Throws std::logic_error with the name of the type.
[[noreturn]] void throw_missing_attribute(const std::type_info& type);

} // namespace detail

/// Extractor: a copy of the value of type T that middleware has set with request::set_attribute(), such as the
/// authenticated user. The handler owns the copy. Therefore a stream may keep it. T must be copyable. Use
/// std::shared_ptr<const T> for a type that is not copyable, or that is expensive to copy.
///
/// If the value is missing, the middleware of the route is missing. The response is then 500, and an error in the log
/// names T. With std::optional<T> instead of T, the value may be absent.
template <class T>
struct attribute
{
    static_assert(std::copy_constructible<T>, "rill::attribute<T> copies T: use std::shared_ptr<const T> instead");

    using declared_type = T;

    T value;

    operator const T&() const noexcept { return value; }
    const T& operator*() const noexcept { return value; }
    const T* operator->() const noexcept { return &value; }
};

template <class T>
struct extractor<attribute<T>>
{
    static constexpr std::array<std::string_view, 0> path_parameters{};

    static tl::expected<attribute<T>, problem> extract(const request& r)
    {
        if constexpr (detail::is_optional<T>) {
            const auto* found = r.attribute<typename T::value_type>();
            return attribute<T>{found != nullptr ? T(*found) : T()};
        } else {
            const auto* found = r.attribute<T>();
            if (found == nullptr) {
                detail::throw_missing_attribute(typeid(T));
            }
            return attribute<T>{*found};
        }
    }
};

} // namespace rill
