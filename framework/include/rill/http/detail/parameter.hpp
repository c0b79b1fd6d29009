#pragma once

#include <array>
#include <optional>
#include <rill/http/fixed_string.hpp>
#include <rill/http/from_text.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace rill {

/// Replaces a default value. The request must then have the parameter.
struct required_t
{
    friend constexpr bool operator==(required_t, required_t) = default;
};
inline constexpr required_t required{};

namespace detail {

enum class source : unsigned char
{
    path,
    query,
    header,
    cookie,
    form
};

/// Returns the parameter's text, or std::nullopt if the parameter is absent. The error is a problem of the request.
tl::expected<std::optional<std::string>, problem> find_text(const request& req, source from, std::string_view name);

/// Returns the problem for a missing parameter. Throws std::logic_error for a path parameter, because the route does
/// not have it, and therefore no request can have it.
problem missing_parameter(source from, std::string_view name, std::string_view allowed);
/// Returns the problem for a parameter with a value that is not allowed.
problem invalid_parameter(source from, std::string_view name, std::string_view value, std::string_view allowed);

/// The type that is stored for a parameter declared as T. A bounded number is stored as the number itself, because the
/// number allows further implicit conversions.
template <class T>
struct stored
{
    using type = T;
};

template <class T, T Min, T Max>
struct stored<bounded<T, Min, Max>>
{
    using type = T;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// A value that is read from the request by its name.
template <source From, fixed_string Name, class T, auto Default>
class parameter
{
public:
    using declared_type = T;
    using value_type = typename stored<T>::type;

    value_type value{};

    static constexpr std::string_view name() noexcept { return Name.view(); }

    /// The path parameters that the route must have. See extractor.
    static constexpr auto path_parameters = [] {
        if constexpr (From == source::path && !is_optional<T>) {
            return std::array{Name.view()};
        } else {
            return std::array<std::string_view, 0>{};
        }
    }();

    operator const value_type&() const noexcept { return value; }
    const value_type& operator*() const noexcept { return value; }
    const value_type* operator->() const noexcept { return &value; }

    static tl::expected<value_type, problem> read(const request& req)
    {
        auto text = find_text(req, From, name());
        if (!text) {
            return tl::unexpected(std::move(text.error()));
        }
        if (!*text) {
            return absent();
        }
        return convert(**text);
    }

private:
    static constexpr bool has_default = !std::is_same_v<std::remove_const_t<decltype(Default)>, required_t>;

    template <class U>
    static tl::expected<U, problem> convert_to(std::string_view text)
    {
        auto converted = from_text(text, std::type_identity<U>{});
        if (!converted) {
            return tl::unexpected(invalid_parameter(From, name(), text, converted.error()));
        }
        return std::move(*converted);
    }

    static tl::expected<value_type, problem> convert(std::string_view text)
    {
        if constexpr (is_optional<T>) {
            return convert_to<typename T::value_type>(text).map(
                [](auto&& v) { return value_type(std::forward<decltype(v)>(v)); });
        } else {
            return convert_to<T>(text).map([](auto&& v) { return value_type(std::forward<decltype(v)>(v)); });
        }
    }

    static tl::expected<value_type, problem> absent()
    {
        if constexpr (requires { value_type(Default.view()); }) {
            return value_type(Default.view()); // a fixed_string
        } else if constexpr (has_default) {
            static_assert(in_range<T>(), "the parameter's default is not allowed by its own bounds");
            return value_type(Default);
        } else if constexpr (is_optional<T>) {
            return value_type();
        } else { // the error of an empty text says what is allowed
            const auto empty = from_text(std::string_view(), std::type_identity<T>{});
            return tl::unexpected(
                missing_parameter(From, name(), empty ? std::string_view() : std::string_view(empty.error())));
        }
    }

    template <class U>
    static constexpr bool in_range()
    {
        return in_range(std::type_identity<U>{});
    }
    template <class U>
    static constexpr bool in_range(std::type_identity<U>)
    {
        return true;
    }
    template <class U, U Min, U Max>
    static constexpr bool in_range(std::type_identity<bounded<U, Min, Max>>)
    {
        return Default >= Min && Default <= Max;
    }
};

} // namespace detail

} // namespace rill
