#pragma once

#include <concepts>
#include <rill/http/body_reader.hpp>
#include <rill/http/detail/bound_method.hpp>
#include <rill/http/detail/callable_rules.hpp>
#include <rill/http/extract.hpp>
#include <rill/http/handler.hpp>
#include <string_view>
#include <utility>

namespace rill {

namespace detail {

// These functions convert a result of a handler to a response.
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
/// For most errors the response is 500, and only the log contains the reason. For an error of a body_reader that the
/// client has caused, the response is 413, 400 or 408.
response as_response(const error_code& ec);

/// An error type of the application: see problem.
template <maps_to_problem E>
response as_response(const E& error)
{
    return to_response(to_problem(error));
}

/// A type that contains a value or an error, such as tl::expected, std::expected or boost::system::result.
template <class X>
concept expected_like = requires(X& x) {
    typename X::value_type;
    typename X::error_type;
    static_cast<bool>(x.has_value());
    x.error();
};

/// The error types that a handler may return. Text is not allowed, because a response with text is 200.
template <class E>
concept answerable_error = maps_to_problem<E> || std::same_as<E, problem> || std::same_as<E, status> ||
                           std::same_as<E, response> || std::convertible_to<E, error_code>;

template <expected_like X>
    requires answerable_error<typename X::error_type>
response as_response(X outcome)
{
    if (!outcome.has_value()) {
        return as_response(std::move(outcome).error());
    }
    if constexpr (std::is_void_v<typename X::value_type>) {
        return response(status::no_content);
    } else {
        return as_response(*std::move(outcome)); // NOLINT(performance-move-const-arg): a value may be trivial
    }
}

/// Whether a handler may return or co_return T.
template <class T>
inline constexpr bool is_answer = std::is_void_v<T> || requires(T&& value) { as_response(static_cast<T&&>(value)); };
template <expected_like X>
inline constexpr bool is_answer<X> = is_answer<typename X::value_type> && answerable_error<typename X::error_type>;

template <class T>
inline constexpr bool has_unknown_error = false;
template <expected_like X>
inline constexpr bool has_unknown_error<X> = !answerable_error<typename X::error_type>;

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

/// Awaits the handler and converts its result to a response. `args` stays in this frame while the handler runs.
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

/// Awaits `running`. If it throws an error of a body_reader, returns the response for that error.
awaitable<response> answer_body_errors(awaitable<response> running);

template <class... Args>
constexpr bool owns_its_parameters(type_list<Args...>)
{
    return ((is_request_reference<Args> || !std::is_reference_v<Args>)&&...);
}

/// Adapts a callable with a signature to a handler. The callable does not move while coroutines refer to it.
template <class F, class Result, class Arguments>
class adapted
{
    static constexpr bool reads_body = body_readers(Arguments{}) != 0;

public:
    explicit adapted(F f) : f_(std::move(f)) {}

    bool streams_body(const request& /*head*/) const noexcept
        requires reads_body
    {
        return true;
    }

    awaitable<response> operator()(request& req)
    {
        auto args = extract_all(req, Arguments{});
        if (!args) {
            return answer(to_response(args.error()));
        }
        using value = typename awaited<Result>::type;
        if constexpr (!awaited<Result>::is_awaitable) {
            return answer(call_plain<value>(f_, std::move(*args)));
        } else if constexpr (reads_body) {
            return answer_body_errors(call_awaiting<value>(f_, std::move(*args)));
        } else if constexpr (std::is_same_v<value, response> && owns_its_parameters(Arguments{})) {
            return std::apply(f_, std::move(*args)); // the handler's own frame holds its parameters
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

/// The same as is_handler, but false for a generic lambda. A check of a generic lambda would compile its body for a
/// request.
template <class F>
concept is_ready_handler = has_signature<F> && is_handler<F>;

enum class handler_mistake
{
    none,
    method_without_object,
    generic,
    not_callable,
    stream_not_wrapped,
    request_copied,
    mutable_reference,
    no_extractor,
    body_read_twice,
    foreign_coroutine,
    unknown_error,
    no_answer,
};

template <class F>
consteval handler_mistake find_handler_mistake()
{
    using enum handler_mistake;
    if constexpr (std::is_member_function_pointer_v<F>) {
        return method_without_object;
    } else if constexpr (!has_signature<F>) {
        return is_function_object<F> ? generic : not_callable;
    } else {
        using arguments = typename signature_of<F>::arguments;
        using result = typename signature_of<F>::result;
        if constexpr (any_stream(arguments{})) {
            return stream_not_wrapped;
        } else if constexpr (any_request_copy(arguments{})) {
            return request_copied;
        } else if constexpr (any_mutable_reference(arguments{})) {
            return mutable_reference;
        } else if constexpr (!all_extractable(arguments{})) {
            return no_extractor;
        } else if constexpr (reads_body_twice(arguments{})) {
            return body_read_twice;
        } else if constexpr (foreign_task<result>) {
            return foreign_coroutine;
        } else if constexpr (has_unknown_error<typename awaited<result>::type>) {
            return unknown_error;
        } else {
            return is_answer<typename awaited<result>::type> ? none : no_answer;
        }
    }
}

template <handler_mistake Found>
struct checked_handler
{
    static_assert(Found != handler_mistake::method_without_object,
                  "a member function needs its object: app.get(path, &type::method, object)");
    static_assert(Found != handler_mistake::generic,
                  "rill reads what a handler takes from its parameter types, so it cannot be a generic lambda (auto "
                  "parameters) or have several call operators: write the types, or make it a rill::handler first");
    static_assert(Found != handler_mistake::not_callable,
                  "a handler must be a function, a lambda or a function object: for a constant response, write "
                  "[] { return \"text\"; }");
    static_assert(Found != handler_mistake::stream_not_wrapped,
                  "a handler that takes rill::sse::event_stream& is a stream handler: wrap it, as in "
                  "app.get(path, rill::sse::endpoint(handler))");
    static_assert(Found != handler_mistake::request_copied,
                  "a handler takes the request by reference: rill::request& or const rill::request&");
    static_assert(Found != handler_mistake::mutable_reference,
                  "a handler takes extractors by value, as in rill::path<\"id\"> id: a reference to a non-const object "
                  "has nothing to refer to");
    static_assert(Found != handler_mistake::no_extractor,
                  "a handler's parameter must be rill::request&, an extractor that says where the value comes from, "
                  "such as rill::query<\"name\"> or rill::path<\"id\", int>, or a type with an rill::extractor");
    static_assert(
        Found != handler_mistake::body_read_twice,
        "a body can be read once: a handler takes one rill::body_reader, or extractors of the whole body, such "
        "as rill::json, but not both");
    static_assert(Found != handler_mistake::foreign_coroutine,
                  "a handler that is a coroutine returns rill::awaitable<T>: a coroutine of another library can be "
                  "awaited inside it only if it is made for Asio");
    static_assert(Found != handler_mistake::unknown_error,
                  "the error that a handler returns must be rill::problem, rill::status, rill::error_code, "
                  "rill::response, or a type with `rill::problem to_problem(const E&)` in its namespace");
    static_assert(Found != handler_mistake::no_answer,
                  "a handler returns, or co_returns, a rill::response, text, a rill::status, a rill::problem, nothing, "
                  "or a tl::expected of these: a number is rill::response::text(std::to_string(n)), any other value "
                  "rill::json_response(value)");
    static constexpr bool ok = Found == handler_mistake::none;
};

} // namespace detail

/// Converts a callable to a handler. The parameters of the callable are extractors (`query`, `path`, `header`,
/// `cookie`, `json`, `attribute`, `body_reader`, or your own) or the request. It returns or co_returns one of these:
///
///   - response
///   - text: std::string, std::string_view, const char*: 200, text/plain
///   - status: that status without a body
///   - problem, or an error type of the application that has to_problem() (see problem)
///   - nothing: 204
///   - tl::expected<T, E>, or a similar type (std::expected, boost::system::result): T is any of these, or void; E is
///     problem, status, response, error_code, or an error type with to_problem(). An error_code becomes a 500 without
///     the reason, which is in the log.
///
/// A static_assert rejects a callable that breaks a rule. Its message says what to write instead.
///
/// First, the parameters are extracted from the request. If an extractor fails, its problem becomes the response, and
/// the callable is not called. A coroutine owns its by-value parameters. An exception passes through the middleware
/// around the handler. If no middleware catches it, the response is a 500, and only the log contains the reason. The
/// callable exists as long as any copy of the handler. A copy must outlive the coroutines that the callable has
/// started. A router ensures this. Several workers may call the callable at once. If the callable is already a handler,
/// make_handler() does not adapt it.
template <class F>
handler make_handler(F&& f)
{
    using callable = std::decay_t<F>;
    if constexpr (detail::is_ready_handler<callable>) {
        return handler(std::forward<F>(f));
    } else if constexpr (detail::checked_handler<detail::find_handler_mistake<callable>()>::ok) {
        using signature = detail::signature_of<callable>;
        return detail::adapted<callable, typename signature::result, typename signature::arguments>(std::forward<F>(f));
    } else {
        return handler(); // the static_assert has already failed
    }
}

/// Converts a member function of `object` to a handler. `object` is an object that must outlive the handler, or a
/// pointer to it. The pointer is copied. Therefore a std::shared_ptr keeps the object alive.
template <class Method, class Object>
    requires std::is_member_function_pointer_v<Method>
handler make_handler(Method method, Object&& object)
{
    if constexpr (detail::checked_object<detail::find_object_mistake<Method, Object&&>()>::ok) {
        return make_handler(detail::bind_method(method, std::forward<Object>(object)));
    } else {
        return handler();
    }
}

} // namespace rill
