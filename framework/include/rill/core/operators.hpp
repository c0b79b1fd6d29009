#pragma once

// Asio's awaitable operators for rill's operations: `co_await (every.tick() || stream.stopped())`. rill/rill.hpp does
// not include this header, because Asio's header is slow to compile. As with Asio's own operands, a program needs
//
//     using namespace boost::asio::experimental::awaitable_operators;

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <concepts>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/deferred.hpp>

namespace rill::detail {

template <class Signature>
struct outcome_of;

template <>
struct outcome_of<void(error_code)>
{
    using type = void;
};

template <class T>
struct outcome_of<void(error_code, T)>
{
    using type = T;
};

template <class T>
struct outcome_of<void(T)> // with as_expected
{
    using type = T;
};

template <class T>
awaitable<T> as_awaitable(awaitable<T> coroutine)
{
    return coroutine;
}

template <class Signature, class Initiation>
awaitable<typename outcome_of<Signature>::type> as_awaitable(deferred_operation<Signature, Initiation> operation)
{
    co_return co_await std::move(operation);
}

template <class T>
concept operand = requires(T t) { as_awaitable(std::move(t)); };

// Argument-dependent lookup finds these operators, because at least one operand is an operation of rill.

/// Waits until one of two operations succeeds, and cancels the other. The index of the returned variant shows which one
/// succeeded.
template <operand A, operand B>
auto operator||(A a, B b)
{
    using boost::asio::experimental::awaitable_operators::operator||;
    return as_awaitable(std::move(a)) || as_awaitable(std::move(b));
}

/// Waits until both operations have succeeded. If one fails, the other is cancelled.
template <operand A, operand B>
auto operator&&(A a, B b)
{
    using boost::asio::experimental::awaitable_operators::operator&&;
    return as_awaitable(std::move(a)) && as_awaitable(std::move(b));
}

} // namespace rill::detail
