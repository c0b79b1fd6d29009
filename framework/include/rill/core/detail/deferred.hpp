#pragma once

#include <boost/asio/async_result.hpp>
#include <exception>
#include <rill/core/detail/wrapped_handler.hpp>
#include <rill/core/error.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// Returns the exception that `co_await op` throws for an error. Each thread creates the exception of a cancellation
/// once and reuses it. A cancellation ends nearly every stream, and creating the text of the exception would take a
/// quarter of the time in which a stream unwinds.
std::exception_ptr exception_of(error_code ec);

struct call_with_exception
{
    template <class Handler>
    static void call(Handler& handler, error_code ec)
    {
        std::move(handler)(ec ? exception_of(ec) : nullptr);
    }
};

/// The completion token that returns an operation to await. `co_await op` throws on error. This token replaces
/// asio::deferred, because the header of asio::deferred would make every user's file slower to compile.
struct deferred_t
{};

/// Passed by reference, because a temporary token would be part of the caller's coroutine frame.
inline constexpr deferred_t deferred{};

/// Defines how an operation with this signature is started for this token. A coroutine that awaits the operation gets
/// the exception to throw. A function that takes an error_code gets the error_code.
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

/// An operation that has done its work when it is created. co_await only waits for the completion.
template <class Signature, class Initiation>
class [[nodiscard("the data is queued, but back-pressure and errors are ignored: co_await it")]] begun_operation
    : public deferred_operation<Signature, Initiation>
{
public:
    using deferred_operation<Signature, Initiation>::deferred_operation;
};

/// Whether an initiation belongs to a begun_operation. Such an initiation has a member type `has_begun`.
template <class Initiation>
concept begun = requires { typename Initiation::has_begun; };

/// Creates the operation for an initiation.
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
