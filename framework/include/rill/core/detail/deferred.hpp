#pragma once

#include <boost/asio/async_result.hpp>
#include <exception>
#include <rill/core/detail/wrapped_handler.hpp>
#include <rill/core/error.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// What `co_await op` throws for an error. That of a cancellation, which ends nearly every stream, is made once for
/// each thread: its text would take a quarter of the time that a stream takes to unwind.
std::exception_ptr exception_of(error_code ec);

struct call_with_exception
{
    template <class Handler>
    static void call(Handler& handler, error_code ec)
    {
        std::move(handler)(ec ? exception_of(ec) : nullptr);
    }
};

/// The completion token that makes `co_await op` throw on error: the operation itself is what is awaited. rill's own
/// counterpart of asio::deferred, whose header would cost every user file compile time.
struct deferred_t
{};

/// To be passed by reference: a temporary token would lie in the caller's coroutine frame.
inline constexpr deferred_t deferred{};

/// How an operation of this signature is started for this token: who awaits it is told of an error by what is to be
/// thrown, a function that takes an error_code by that.
template <class Signature, class Token>
struct start_for
{
    using signature = Signature;
    template <class Initiation>
    static Initiation&& initiation(Initiation& i) noexcept
    {
        return std::move(i);
    }
};

template <class Token>
    requires(!std::is_invocable_v<std::decay_t<Token>&, error_code>)
struct start_for<void(error_code), Token>
{
    using signature = void(std::exception_ptr);
    template <class Initiation>
    static auto initiation(Initiation& i)
    {
        return wrapped_initiation<Initiation, call_with_exception>{std::move(i)};
    }
};

template <class Signature, class Initiation>
class [[nodiscard("an operation does nothing until it is awaited")]] deferred_operation
{
public:
    explicit deferred_operation(Initiation initiation) : initiation_(std::move(initiation)) {}

    template <class CompletionToken, class Start = start_for<Signature, CompletionToken>>
    auto operator()(CompletionToken&& token) && -> decltype(boost::asio::async_initiate<CompletionToken,
                                                                                        typename Start::signature>(
        Start::initiation(std::declval<Initiation&>()), token))
    {
        return boost::asio::async_initiate<CompletionToken, typename Start::signature>(Start::initiation(initiation_),
                                                                                       token);
    }

private:
    Initiation initiation_;
};

/// An operation of which a part is done when it is made: only the wait for the rest begins when it is awaited.
template <class Signature, class Initiation>
class [[nodiscard("the data is queued, but back-pressure and errors are ignored: co_await it")]] begun_operation
    : public deferred_operation<Signature, Initiation>
{
public:
    using deferred_operation<Signature, Initiation>::deferred_operation;
};

/// Whether an initiation is that of a begun_operation: it says so by a type `has_begun`.
template <class Initiation>
concept begun = requires { typename Initiation::has_begun; };

/// The operation that this initiation is for.
template <class Signature, class Initiation>
auto make_operation(Initiation initiation)
{
    if constexpr (begun<Initiation>) {
        return begun_operation<Signature, Initiation>(std::move(initiation));
    } else {
        return deferred_operation<Signature, Initiation>(std::move(initiation));
    }
}

} // namespace rill::detail

template <class Signature>
class boost::asio::async_result<rill::detail::deferred_t, Signature>
{
public:
    template <class Initiation>
    static auto initiate(Initiation initiation, rill::detail::deferred_t)
    {
        return rill::detail::make_operation<Signature>(std::move(initiation));
    }
};
