#pragma once

#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/wrapped_handler.hpp>
#include <rill/core/error.hpp>

namespace rill {

/// Completion token: `co_await op(..., rill::as_expected)` returns `tl::expected<T, error_code>` and does not throw.
/// Works with rill's operations and with every Asio operation whose signature starts with an error_code.
///
/// When the coroutine is cancelled, the pending operation and all later operations return `operation_aborted`. If a
/// loop ignores 64 of these errors, its coroutine is destroyed.
struct as_expected_t
{};

inline constexpr as_expected_t as_expected{};

namespace detail {

template <class... Args>
struct expected_of;

template <>
struct expected_of<>
{
    using type = tl::expected<void, error_code>;
    static type value() { return {}; }
};

template <class T>
struct expected_of<T>
{
    using type = tl::expected<T, error_code>;
    static type value(T v) { return type(std::move(v)); }
};

template <class... Args>
struct call_with_expected
{
    template <class Handler, class... Values>
    static void call(Handler& handler, error_code ec, Values&&... values)
    {
        using expected = typename expected_of<Args...>::type;
        if (ec) {
            std::move(handler)(expected(tl::unexpect, ec));
        } else {
            std::move(handler)(expected_of<Args...>::value(std::forward<Values>(values)...));
        }
    }
};

} // namespace detail
} // namespace rill

template <class R, class... Args>
class boost::asio::async_result<rill::as_expected_t, R(boost::system::error_code, Args...)>
{
public:
    template <class Initiation, class... InitArgs>
    static auto initiate(Initiation initiation, rill::as_expected_t, InitArgs... args)
    {
        using signature = void(typename rill::detail::expected_of<Args...>::type);
        using wrapped_initiation =
            rill::detail::wrapped_initiation<Initiation, rill::detail::call_with_expected<Args...>>;
        auto bound = [wrapped = wrapped_initiation{std::move(initiation)},
                      ... args = std::move(args)](auto&& handler) mutable {
            std::move(wrapped)(std::forward<decltype(handler)>(handler), std::move(args)...);
        };
        if constexpr (rill::detail::begun<Initiation>) {
            return rill::detail::begun_operation<signature, decltype(bound)>(std::move(bound));
        } else {
            return rill::detail::deferred_operation<signature, decltype(bound)>(std::move(bound));
        }
    }
};
