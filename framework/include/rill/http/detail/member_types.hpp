#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <rill/http/described.hpp>
#include <rill/http/extract.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

// The kinds of types of members of described structs, for JSON and forms.
namespace rill::detail {

/// Types with a value for "nothing", which is null in JSON.
template <class T>
inline constexpr bool is_nullable = false;
template <class T>
inline constexpr bool is_nullable<std::optional<T>> = true;
template <class T>
inline constexpr bool is_nullable<std::unique_ptr<T>> = true;
template <class T>
inline constexpr bool is_nullable<std::shared_ptr<T>> = true;
template <>
inline constexpr bool is_nullable<std::monostate> = true;
template <class... T>
inline constexpr bool is_nullable<std::variant<T...>> = (std::is_same_v<T, std::monostate> || ...);

template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

template <class T>
inline constexpr bool is_bounded = false;
template <class T, T Min, T Max>
inline constexpr bool is_bounded<bounded<T, Min, Max>> = true;

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept whole_number_type = std::integral<T> && !std::same_as<T, bool> && !character<T>;

template <class T>
concept tuple_like = requires { std::tuple_size<T>::value; };

/// A type with its own from_text().
template <class T>
concept has_from_text = (std::is_class_v<T> || std::is_enum_v<T>)&&!is_bounded<T> && !std::same_as<T, std::string> &&
                        requires { from_text(std::string_view(), std::type_identity<T>{}); };

template <class T>
concept container = requires(T& c, typename T::value_type e) {
    c.begin();
    c.clear();
    c.insert(c.end(), std::move(e));
};
template <class T>
concept map_like = container<T> && requires { typename T::mapped_type; };

/// Stores the result of a function that reads one value.
template <class T, class Error>
bool take(tl::expected<T, Error>&& read, T& out, read_error& error)
{
    if (read) {
        out = std::move(*read);
        return true;
    }
    if constexpr (std::same_as<Error, read_error>) {
        error = std::move(read.error());
        return false;
    } else {
        return fail(error, read.error());
    }
}

template <class T>
bool read_text(std::string_view text, T& out, read_error& error)
{
    return take<T>(from_text(text, std::type_identity<T>{}), out, error);
}

} // namespace rill::detail
