#pragma once

#include <coroutine>
#include <rill/core/awaitable.hpp>
#include <rill/http/body_reader.hpp>
#include <rill/http/detail/signature.hpp>
#include <rill/http/extract.hpp>
#include <type_traits>

namespace rill::sse {

class event_stream; // to detect a stream handler that is not wrapped in sse::endpoint()

} // namespace rill::sse

// The rules of make_handler() and sse::endpoint() for callables. Each mistake has one value of an enumeration.
// Therefore the compiler prints only one static_assert, and no further errors. The message contains the rule and the
// correction.
namespace rill::detail {

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

struct some_call_operator
{
    void operator()();
};

template <class F>
struct with_call_operator : F, some_call_operator
{};

/// Whether F has a call operator of any kind, including a template or overloaded operators.
template <class F>
inline constexpr bool is_function_object = false;
template <class F>
    requires(std::is_class_v<F> && !std::is_final_v<F>)
inline constexpr bool is_function_object<F> =
    !requires { &with_call_operator<F>::operator(); }; // ambiguous if F has one

/// Whether T is the coroutine or awaitable type of another library.
template <class T>
concept foreign_task =
    !awaited<T>::is_awaitable && std::is_class_v<T> &&
    (
        requires { typename std::coroutine_traits<T>::promise_type; } || requires(T& t) { t.await_ready(); });

template <class Arg>
inline constexpr bool is_stream = std::is_same_v<std::remove_cvref_t<Arg>, sse::event_stream>;

/// Whether a parameter of type Arg can be taken from a request.
template <class Arg>
inline constexpr bool is_extractable =
    is_request_reference<Arg> || requires(request& r) { extractor<std::remove_cvref_t<Arg>>::extract(r); };

/// Whether Arg is a reference that cannot bind to a temporary.
template <class Arg>
inline constexpr bool needs_lvalue = std::is_lvalue_reference_v<Arg> && !std::is_const_v<std::remove_reference_t<Arg>>;

template <class... Args>
constexpr bool any_stream(type_list<Args...>)
{
    return (is_stream<Args> || ...);
}
template <class... Args>
constexpr bool any_request_copy(type_list<Args...>)
{
    return ((std::is_same_v<std::remove_cvref_t<Args>, request> && !is_request_reference<Args>) || ...);
}
template <class... Args>
constexpr bool any_request(type_list<Args...>)
{
    return (std::is_same_v<std::remove_cvref_t<Args>, request> || ...);
}
template <class... Args>
constexpr bool any_reference(type_list<Args...>)
{
    return (std::is_reference_v<Args> || ...);
}
template <class... Args>
constexpr bool any_mutable_reference(type_list<Args...>)
{
    return ((!is_request_reference<Args> && needs_lvalue<Args>) || ...);
}
template <class... Args>
constexpr int body_readers(type_list<Args...>)
{
    return (0 + ... + (std::is_same_v<std::remove_cvref_t<Args>, body_reader> ? 1 : 0));
}
template <class... Args>
constexpr bool reads_body_twice(type_list<Args...> all)
{
    const int readers = body_readers(all);
    return readers > 1 || (readers == 1 && (needs_whole_body<std::remove_cvref_t<Args>> || ...));
}
template <class... Args>
constexpr bool all_extractable(type_list<Args...>)
{
    return (is_extractable<Args> && ...);
}

} // namespace rill::detail
