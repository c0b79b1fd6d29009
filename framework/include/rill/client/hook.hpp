#pragma once

#include <concepts>
#include <functional>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <type_traits>
#include <utility>

namespace rill::client {

/// A function of the program that a client calls. It is a coroutine or an ordinary function. It returns `void`,
/// `result<void>`, `awaitable<>` or `awaitable<result<void>>`. If it throws an exception, the operation of the client
/// throws it to the caller. The argument is valid until the function has completed.
template <class Argument>
class hook
{
public:
    hook() = default;

    template <class F>
        requires(std::invocable<F&, Argument&> && !std::same_as<std::remove_cvref_t<F>, hook>)
    hook(F f) : call_(wrap(std::move(f)))
    {}

    explicit operator bool() const noexcept { return static_cast<bool>(call_); }

    /// Not for users. The hook must outlive the call.
    awaitable<result<void>> operator()(Argument& argument) const { return call_(argument); }

private:
    using function = std::function<awaitable<result<void>>(Argument&)>;

    // The lambdas are coroutines with captures. call_ owns the lambdas and outlives each call.
    template <class F>
    static function wrap(F f)
    {
        using returned = std::invoke_result_t<F&, Argument&>;
        if constexpr (std::same_as<returned, awaitable<result<void>>>) {
            return f;
        } else if constexpr (std::same_as<returned, awaitable<>>) {
            return [f](Argument& argument) mutable -> awaitable<result<void>> {
                co_await f(argument);
                co_return result<void>();
            };
        } else if constexpr (std::same_as<returned, result<void>>) {
            return [f](Argument& argument) mutable -> awaitable<result<void>> { co_return f(argument); };
        } else {
            static_assert(std::is_void_v<returned>, "a hook returns void, rill::result<void>, rill::awaitable<> or "
                                                    "rill::awaitable<rill::result<void>>");
            return [f](Argument& argument) mutable -> awaitable<result<void>> {
                f(argument);
                co_return result<void>();
            };
        }
    }

    function call_;
};

} // namespace rill::client
