#pragma once

#include <array>
#include <boost/describe/enumerators.hpp>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <rill/http/detail/route_needs.hpp>
#include <rill/http/detail/signature.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

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

/// A number from Min to Max, both allowed; converts to the number.
template <class T, T Min, T Max>
    requires(Min <= Max)
struct bounded
{
    T value = Min;

    constexpr operator const T&() const noexcept { return value; }
};

/// Stands in the place of a default: the request must have the parameter.
struct required_t
{
    friend constexpr bool operator==(required_t, required_t) = default;
};
inline constexpr required_t required{};

// ---- from_text: text to a value. Add an overload in your type's namespace to make it a parameter type:
//
//     tl::expected<colour, std::string> from_text(std::string_view text, std::type_identity<colour>);
//
// The error says what is allowed, e.g. "must be red or green"; it follows "'blu' is not allowed: ". It is text, not an
// error_code, because it is nothing that the program tests: it goes to the client, in a problem. An enum that is
// described with BOOST_DESCRIBE_ENUM needs none: its values are written by name. The same overloads are used for the
// strings of JSON and for the fields of forms.

tl::expected<std::string, std::string> from_text(std::string_view text, std::type_identity<std::string>);
tl::expected<bool, std::string> from_text(std::string_view text, std::type_identity<bool>); ///< true, false, 1 or 0

namespace detail {

/// What is allowed where `text` is not a whole number of a type with these limits.
std::string not_whole_number(std::string_view text, std::string_view min, std::string_view max);

/// "must be one of a, b, c"
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
        if (((text == enumerator.name && (value = enumerator.value, true)) || ...)) {
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

namespace detail {

enum class source : unsigned char
{
    path,
    query,
    header,
    cookie,
    form
};

/// The parameter's text, nothing when it is absent, or what is wrong with the request.
tl::expected<std::optional<std::string>, problem> find_text(const request& req, source from, std::string_view name);

/// Throws std::logic_error for a path parameter: the route lacks it, whatever the client sends.
problem missing(source from, std::string_view name, std::string_view allowed);
problem not_allowed(source from, std::string_view name, std::string_view value, std::string_view allowed);

/// What is stored for a parameter declared as T: a bounded number as the number itself, so that it converts further.
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

/// A value taken from the request under a name.
template <source From, fixed_string Name, class T, auto Default>
class parameter
{
public:
    using declared_type = T;
    using value_type = typename stored<T>::type;

    value_type value{};

    static constexpr std::string_view name() noexcept { return Name.view(); }

    /// What the route must have: see extractor.
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
            return tl::unexpected(not_allowed(From, name(), text, converted.error()));
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
            return tl::unexpected(missing(From, name(), empty ? std::string_view() : std::string_view(empty.error())));
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

// ---- extractors: parameters of a handler, taken from the request before the handler is called, and owned by it.
// Each has `value`, converts to it, and gives it by `*` and `->`. What is missing or malformed is answered with 400.

/// The path parameter `{Name}` of the route. A route without it is a mistake of the program, for which the router
/// throws route_error (see router::check_routes()), unless T is an std::optional.
template <fixed_string Name, class T = std::string>
struct path : detail::parameter<detail::source::path, Name, T, required>
{};

/// The first query parameter of that name, form-decoded. With a `Default`, or with an std::optional as T, it may be
/// absent. A default text is written `rill::fixed_string("text")`.
template <fixed_string Name, class T = std::string, auto Default = required>
struct query : detail::parameter<detail::source::query, Name, T, Default>
{};

/// The first header field of that name. Of what is a list, all is in request::fields().list().
template <fixed_string Name, class T = std::string, auto Default = required>
struct header : detail::parameter<detail::source::header, Name, T, Default>
{};

/// The cookie of that name, as sent.
template <fixed_string Name, class T = std::string, auto Default = required>
struct cookie : detail::parameter<detail::source::cookie, Name, T, Default>
{};

/// The first field of that name in a urlencoded form, as `query` takes a parameter. Answered without calling the
/// handler: 415 unless the Content-Type is application/x-www-form-urlencoded, 400 when the body is not a form, 422 when
/// the field is missing or not allowed. Each form_field reads the whole body: for more than a few fields, describe a
/// struct and take it as form<T> (rill/http/form.hpp).
template <fixed_string Name, class T = std::string, auto Default = required>
struct form_field : detail::parameter<detail::source::form, Name, T, Default>
{};

/// How a handler's parameter of type T is made from the request. Specialise it for your own types:
///
///     static tl::expected<T, problem> extract(request&);
///
/// The error may also be a status, or an error type of the application that has to_problem() (see problem). It is the
/// answer, and the handler is not called.
///
/// One that reads path parameters may declare those that it can't do without, so that a route that lacks one is found
/// at set-up, as it is with `path`:
///
///     static constexpr std::array<std::string_view, 1> path_parameters{"id"};
template <class T>
struct extractor;

template <class T>
    requires requires(const request& req) { T::read(req); }
struct extractor<T>
{
    static constexpr auto path_parameters = T::path_parameters;

    static tl::expected<T, problem> extract(request& req)
    {
        return T::read(req).map([](auto&& value) {
            T parameter;
            parameter.value = std::forward<decltype(value)>(value);
            return parameter;
        });
    }
};

namespace detail {

/// Whether the extractor for T reads request::body(), so that the body must have come.
template <class T>
inline constexpr bool needs_whole_body = false;

template <class Arg>
inline constexpr bool is_request_reference = std::is_same_v<Arg, request&> || std::is_same_v<Arg, const request&>;

/// What is kept for a handler's parameter: a value of its own, except for the request itself.
template <class Arg>
using extracted_t = std::conditional_t<is_request_reference<Arg>, Arg, std::remove_cvref_t<Arg>>;

/// What a handler with these parameters needs of its route.
template <class... Args>
detail::route_needs route_needs_of(type_list<Args...>)
{
    detail::route_needs needs{.path_parameters = {}, .is_complete = true};
    (add_path_parameters<extractor<std::remove_cvref_t<Args>>>(needs), ...);
    return needs;
}

template <class Arg>
auto extract_one(request& req, std::optional<problem>& failed)
{
    if constexpr (is_request_reference<Arg>) {
        return &req;
    } else {
        using type = extracted_t<Arg>;
        static_assert(
            requires { extractor<type>::extract(req); }, "a handler's parameter must be request&, an extractor such as "
                                                         "rill::query<\"name\">, or a type with an rill::extractor");
        static_assert(
            requires { as_problem(extractor<type>::extract(req).error()); },
            "the error of an extractor must be rill::problem, rill::status, or a type with `rill::problem "
            "to_problem(const E&)` in its namespace");
        std::optional<type> value;
        if (!failed) {
            if (auto extracted = extractor<type>::extract(req)) {
                value.emplace(std::move(*extracted));
            } else {
                failed = as_problem(std::move(extracted.error()));
            }
        }
        return value;
    }
}

} // namespace detail

/// Takes the parameters of a handler from the request, in order, up to the first that fails. Parameters declared as
/// references are taken as values, except request& and const request&.
template <class... Args>
tl::expected<std::tuple<detail::extracted_t<Args>...>, problem> extract_all([[maybe_unused]] request& req)
{
    std::optional<problem> failed;
    auto slots = std::tuple{detail::extract_one<Args>(req, failed)...}; // braces: from left to right
    if (failed) {
        return tl::unexpected(std::move(*failed));
    }
    return std::apply(
        [](auto&&... slot) { return std::tuple<detail::extracted_t<Args>...>(*std::forward<decltype(slot)>(slot)...); },
        std::move(slots));
}

/// As above, from a type list: `extract_all(req, signature_of<F>::arguments{})`.
template <class... Args>
auto extract_all(request& req, detail::type_list<Args...>)
{
    return extract_all<Args...>(req);
}

} // namespace rill
