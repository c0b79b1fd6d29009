#pragma once

#include <optional>
#include <rill/http/detail/parameter.hpp>
#include <rill/http/detail/route_needs.hpp>
#include <rill/http/detail/signature.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <string>
#include <tl/expected.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rill {

// ---- Extractors: parameters of a handler. rill reads them from the request before it calls the handler, and the
// handler owns them. Each extractor has a member `value`. It converts to this value, and `*` and `->` return it. If a
// parameter is missing or malformed, the response is 400.

/// Extractor: the path parameter `{Name}` of the route. If the route does not have this parameter, the router throws
/// route_error (see router::check_routes()), unless T is a std::optional.
template <fixed_string Name, class T = std::string>
struct path : detail::parameter<detail::source::path, Name, T, required>
{};

/// Extractor: the first query parameter with this name, form-decoded. The parameter may be absent if there is a
/// `Default` or if T is a std::optional. Write a default text as `rill::fixed_string("text")`.
template <fixed_string Name, class T = std::string, auto Default = required>
struct query : detail::parameter<detail::source::query, Name, T, Default>
{};

/// Extractor: the first header field with this name. For a field that is a list, use request::fields().list(), which
/// returns the complete list.
template <fixed_string Name, class T = std::string, auto Default = required>
struct header : detail::parameter<detail::source::header, Name, T, Default>
{};

/// Extractor: the cookie with this name. The value is not decoded.
template <fixed_string Name, class T = std::string, auto Default = required>
struct cookie : detail::parameter<detail::source::cookie, Name, T, Default>
{};

/// Extractor: the first field with this name in a urlencoded form. The conversion is the same as for `query`. The
/// handler is not called in these cases. The response is 415 if the Content-Type is not
/// application/x-www-form-urlencoded, 400 if the body is not a form, and 422 if the field is missing or its value is
/// not allowed. Each form_field parses the whole body. For more than a few fields, describe a struct and take it as
/// form<T> (rill/http/form.hpp).
template <fixed_string Name, class T = std::string, auto Default = required>
struct form_field : detail::parameter<detail::source::form, Name, T, Default>
{};

/// Creates a handler's parameter of type T from the request. Specialize this template for your own types:
///
///     static tl::expected<T, problem> extract(request&);
///
/// The error may also be a status, or an error type of the application that has to_problem() (see problem). The error
/// becomes the response, and the handler is not called.
///
/// An extractor may declare the path parameters that it requires. If a route does not have one of them, the router
/// throws route_error before the server runs, as for `path`:
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

/// Whether the extractor for T reads request::body(). If true, the handler is called after the whole body has arrived.
template <class T>
inline constexpr bool needs_whole_body = false;

template <class Arg>
inline constexpr bool is_request_reference = std::is_same_v<Arg, request&> || std::is_same_v<Arg, const request&>;

/// The type that is stored for a handler's parameter. It is a value, or a reference if the parameter is the request
/// itself.
template <class Arg>
using extracted_t = std::conditional_t<is_request_reference<Arg>, Arg, std::remove_cvref_t<Arg>>;

/// Returns the path parameters that a handler with these parameters requires of its route.
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

/// Extracts the parameters of a handler from the request, in order, and stops at the first failure. The result contains
/// values also for parameters that are declared as references, except request& and const request&.
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

/// The same for a type list: `extract_all(req, signature_of<F>::arguments{})`.
template <class... Args>
auto extract_all(request& req, detail::type_list<Args...>)
{
    return extract_all<Args...>(req);
}

} // namespace rill
