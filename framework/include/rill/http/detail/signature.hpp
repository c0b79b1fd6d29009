#pragma once

#include <cstddef>
#include <type_traits>

namespace rill::detail {

template <class... Types>
struct type_list
{
    static constexpr std::size_t size = sizeof...(Types);
};

/// The list without its first element. For an sse handler, these are the parameters after the stream.
template <class List>
struct rest;

template <class First, class... Others>
struct rest<type_list<First, Others...>>
{
    using first = First;
    using type = type_list<Others...>;
};

template <class R, class... Args>
struct signature
{
    using result = R;
    using arguments = type_list<Args...>;
};

/// Has `result` and `arguments` for a function, a member function, or an object with one call operator that is not a
/// template. Empty for other types.
template <class F>
struct signature_of
{};

template <class F>
    requires(!std::is_same_v<F, std::remove_cvref_t<F>>)
struct signature_of<F> : signature_of<std::remove_cvref_t<F>>
{};

template <class F>
    requires(std::is_same_v<F, std::remove_cvref_t<F>> && requires { &F::operator(); })
struct signature_of<F> : signature_of<decltype(&F::operator())>
{};

template <class R, class... Args>
struct signature_of<R(Args...)> : signature<R, Args...>
{};
template <class R, class... Args>
struct signature_of<R(Args...) noexcept> : signature<R, Args...>
{};
template <class R, class... Args>
struct signature_of<R (*)(Args...)> : signature<R, Args...>
{};
template <class R, class... Args>
struct signature_of<R (*)(Args...) noexcept> : signature<R, Args...>
{};
template <class R, class C, class... Args>
struct signature_of<R (C::*)(Args...)> : signature<R, Args...>
{};
template <class R, class C, class... Args>
struct signature_of<R (C::*)(Args...) noexcept> : signature<R, Args...>
{};
template <class R, class C, class... Args>
struct signature_of<R (C::*)(Args...) const> : signature<R, Args...>
{};
template <class R, class C, class... Args>
struct signature_of<R (C::*)(Args...) const noexcept> : signature<R, Args...>
{};
template <class R, class C, class... Args>
struct signature_of<R (C::*)(Args...)&> : signature<R, Args...>
{};
template <class R, class C, class... Args>
struct signature_of<R (C::*)(Args...) & noexcept> : signature<R, Args...>
{};
template <class R, class C, class... Args>
struct signature_of<R (C::*)(Args...) const&> : signature<R, Args...>
{};
template <class R, class C, class... Args>
struct signature_of<R (C::*)(Args...) const & noexcept> : signature<R, Args...>
{};

/// Whether F has a known signature. False for generic lambdas, overloaded call operators, and types without a call
/// operator.
template <class F>
concept has_signature = requires { typename signature_of<F>::arguments; };

} // namespace rill::detail
