#pragma once

#include <array>
#include <boost/describe/enumerators.hpp>
#include <charconv>
#include <concepts>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>

namespace rill {

/// A number from Min to Max, both included. Converts to the number.
template <class T, T Min, T Max>
    requires(Min <= Max)
struct bounded
{
    T value = Min;

    constexpr operator const T&() const noexcept { return value; }
};

// ---- from_text: converts text to a value. With an overload in its namespace, your type can be the type of a
// parameter:
//
//     tl::expected<color, std::string> from_text(std::string_view text, std::type_identity<color>);
//
// The error is text that says what is allowed, e.g. "must be red or green". The client gets it in a problem, after
// "'blu' is not allowed: ". It is not an error_code, because no program tests it. An enum that is described with
// BOOST_DESCRIBE_ENUM needs no overload, because its values are converted from their names. The same overloads convert
// strings in JSON and fields of forms.

tl::expected<std::string, std::string> from_text(std::string_view text, std::type_identity<std::string>);
tl::expected<bool, std::string> from_text(std::string_view text, std::type_identity<bool>); ///< true, false, 1 or 0

namespace detail {

/// Returns the error for `text` that is not a whole number of a type with these limits. It says what is allowed.
std::string not_whole_number(std::string_view text, std::string_view min, std::string_view max);

/// Returns "must be one of a, b, c".
std::string must_be_one_of(std::span<const std::string_view> names);

template <class E>
concept described_enum = std::is_enum_v<E> && boost::describe::has_describe_enumerators<E>::value;

template <described_enum E, class F>
constexpr auto with_enumerators(F f)
{
    return [&]<template <class...> class List, class... Enumerator>(List<Enumerator...>) {
        return f(Enumerator{}...);
    }(boost::describe::describe_enumerators<E>{});
}

} // namespace detail

template <class T>
    requires(std::integral<T> && !std::same_as<T, bool>)
tl::expected<T, std::string> from_text(std::string_view text, std::type_identity<T>)
{
    T number{};
    const auto end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc() || stop != end) {
        using limits = std::numeric_limits<T>;
        return tl::unexpected(
            detail::not_whole_number(text, std::to_string(limits::min()), std::to_string(limits::max())));
    }
    return number;
}

template <detail::described_enum E>
tl::expected<E, std::string> from_text(std::string_view text, std::type_identity<E>)
{
    return detail::with_enumerators<E>([&](auto... enumerator) -> tl::expected<E, std::string> {
        E value{};
        const auto is_name_of = [&](auto candidate) {
            value = candidate.value;
            return text == candidate.name;
        };
        if ((is_name_of(enumerator) || ...)) {
            return value;
        }
        const std::array<std::string_view, sizeof...(enumerator)> names{enumerator.name...};
        return tl::unexpected(detail::must_be_one_of(names));
    });
}

tl::expected<float, std::string> from_text(std::string_view text, std::type_identity<float>);
tl::expected<double, std::string> from_text(std::string_view text, std::type_identity<double>);

namespace detail {

std::string between(std::string_view min, std::string_view max);

} // namespace detail

template <class T, T Min, T Max>
tl::expected<bounded<T, Min, Max>, std::string> from_text(std::string_view text,
                                                          std::type_identity<bounded<T, Min, Max>>)
{
    const auto number = from_text(text, std::type_identity<T>{});
    if (!number || !(*number >= Min && *number <= Max)) {
        return tl::unexpected(detail::between(std::to_string(Min), std::to_string(Max)));
    }
    return bounded<T, Min, Max>{*number};
}

} // namespace rill
