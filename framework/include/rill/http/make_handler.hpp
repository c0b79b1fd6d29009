#pragma once

#include <concepts>
#include <rill/http/extract.hpp>
#include <rill/http/handler.hpp>
#include <string_view>
#include <utility>

namespace rill {

namespace detail {

template <class T>
struct awaited
{
    static constexpr bool is_awaitable = false;
    using type = T;
};

template <class T>
struct awaited<awaitable<T>>
{
    static constexpr bool is_awaitable = true;
    using type = T;
};

// What a handler may return, as a response.
inline response as_response(response r)
{
    return r;
}
inline response as_response(const problem& p)
{
    return to_response(p);
}
inline response as_response(std::string body)
{
    return response::text(std::move(body));
}
inline response as_response(std::string_view body)
{
    return response::text(std::string(body));
}
inline response as_response(const char* body)
{
    return response::text(body);
}
inline response as_response(status s)
{
    return response(s);
}
/// 500: the reason is the server's affair, and is told to its log only.
response as_response(const error_code& ec);

/// An application's own error type: see problem.
template <maps_to_problem E>
response as_response(const E& error)
{
    return to_response(to_problem(error));
}

/// tl::expected, std::expected, boost::system::result: a value, or the reason why there is none.
template <class X>
concept expected_like = requires(X& x) {
    typename X::value_type;
    typename X::error_type;
    static_cast<bool>(x.has_value());
    x.error();
};

/// What may be the error of such a type. Not text, which would be answered with 200.
template <class E>
concept answerable_error = maps_to_problem<E> || std::same_as<E, problem> || std::same_as<E, status> ||
                           std::same_as<E, response> || std::convertible_to<E, error_code>;

template <expected_like X>
response as_response(X outcome)
{
    static_assert(answerable_error<typename X::error_type>,
                  "the error that a handler returns must be rill::problem, rill::status, rill::error_code, "
                  "rill::response, or a type with `rill::problem to_problem(const E&)` in its namespace");
    if (!outcome.has_value()) {
        return as_response(std::move(outcome).error());
    }
    if constexpr (std::is_void_v<typename X::value_type>) {
        return response(status::no_content);
    } else {
        return as_response(*std::move(outcome));
    }
}

awaitable<response> answer(response r);

template <class R, class F, class Args>
response call_plain(F& f, Args args)
{
    if constexpr (std::is_void_v<R>) {
        std::apply(f, std::move(args));
        return response(status::no_content);
    } else {
        return as_response(std::apply(f, std::move(args)));
    }
}

/// Waits for the handler and turns what it returns into a response. `args` live here as long as the handler runs.
template <class R, class F, class Args>
awaitable<response> call_awaiting(F& f, Args args)
{
    auto running = std::apply(f, std::move(args));
    if constexpr (std::is_void_v<R>) {
        co_await std::move(running);
        co_return response(status::no_content);
    } else {
        auto outcome = co_await std::move(running);
        co_return as_response(std::move(outcome));
    }
}

template <class... Args>
constexpr bool owns_its_parameters(type_list<Args...>)
{
    return ((is_request_reference<Args> || !std::is_reference_v<Args>)&&...);
}

/// A callable with its signature, as a handler, in which it does not move while coroutines refer to it.
template <class F, class Result, class Arguments>
class adapted
{
public:
    explicit adapted(F f) : f_(std::move(f)) {}

    awaitable<response> operator()(request& req)
    {
        auto args = extract_all(req, Arguments{});
        if (!args) {
            return answer(to_response(args.error()));
        }
        using value = typename awaited<Result>::type;
        if constexpr (!awaited<Result>::is_awaitable) {
            return answer(call_plain<value>(f_, std::move(*args)));
        } else if constexpr (std::is_same_v<value, response> && owns_its_parameters(Arguments{})) {
            return std::apply(f_, std::move(*args)); // its own frame holds all it needs
        } else {
            return call_awaiting<value>(f_, std::move(*args));
        }
    }

    detail::route_needs route_needs() const
    {
        auto needs = route_needs_of(Arguments{});
        if constexpr (declares_path_parameters<F>) {
            add_path_parameters<F>(needs);
        }
        return needs;
    }

private:
    F f_;
};

} // namespace detail

/// Makes a handler of any callable whose parameters are extractors (`query`, `path`, `header`, `cookie`, `json`,
/// `attribute`, your own) or the request itself, and which returns, or as a coroutine co_returns, one of:
///
///   - response
///   - text: std::string, std::string_view, const char*: 200, text/plain
///   - status: that status without a body
///   - problem, or an error type of the application that has to_problem() (see problem)
///   - nothing: 204
///   - tl::expected<T, E>, or a type like it (std::expected, boost::system::result): T is any of these, also void; E is
///     problem, status, response, error_code, or an error type that has to_problem(). An error_code becomes a 500 that
///     does not tell the reason, which is in the log.
///
/// The parameters are taken from the request first; when one fails, its problem is the answer and the callable is not
/// called. A coroutine owns its by-value parameters. An exception passes through the middleware around the handler; one
/// that nobody catches becomes a 500 that does not tell the reason, which is in the log. The callable lives as long as
/// any copy of the handler, must outlive the coroutines it started (as it does in a router), and may be called from
/// several workers at once. What already is a handler is returned as it is.
template <class F>
handler make_handler(F&& f)
{
    using callable = std::decay_t<F>;
    if constexpr (detail::is_handler<callable>) {
        return handler(std::forward<F>(f));
    } else {
        static_assert(detail::has_signature<callable>,
                      "a handler must be a function or an object with one call operator that is not a template");
        using signature = detail::signature_of<callable>;
        return detail::adapted<callable, typename signature::result, typename signature::arguments>(std::forward<F>(f));
    }
}

/// A member function as a handler, called on `object`, which must outlive the handler.
template <class Method, class Class>
    requires std::is_member_function_pointer_v<Method>
handler make_handler(Method method, Class& object)
{
    using signature = detail::signature_of<Method>;
    auto call = [method, &object](auto&&... args) ->
        typename signature::result { return (object.*method)(std::forward<decltype(args)>(args)...); };
    return detail::adapted<decltype(call), typename signature::result, typename signature::arguments>(std::move(call));
}

} // namespace rill
