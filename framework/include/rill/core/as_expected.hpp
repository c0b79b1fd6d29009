#pragma once

#include <boost/asio/associator.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/error.hpp>

namespace rill {

/// Completion token: `co_await op(..., rill::as_expected)` gives `tl::expected<T, error_code>` instead of throwing.
/// Works with rill's operations and with any Asio operation whose signature starts with an error_code.
///
/// Once the coroutine was cancelled, the operation that was pending reports it as `operation_aborted`; the next
/// `co_await` throws, as Asio's coroutines do, so that a loop that overlooks errors still ends.
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

template <class Handler, class... Args>
struct as_expected_handler
{
    Handler handler;

    template <class... Values>
    void operator()(error_code ec, Values&&... values)
    {
        using expected = typename expected_of<Args...>::type;
        if (ec) {
            std::move(handler)(expected(tl::unexpect, ec));
        } else {
            std::move(handler)(expected_of<Args...>::value(std::forward<Values>(values)...));
        }
    }
};

template <class Initiation, class... Args>
struct as_expected_initiation
{
    Initiation initiation;

    template <class Handler, class... InitArgs>
    void operator()(Handler&& handler, InitArgs&&... args) &&
    {
        std::move(initiation)(as_expected_handler<std::decay_t<Handler>, Args...>{std::forward<Handler>(handler)},
                              std::forward<InitArgs>(args)...);
    }
};

} // namespace detail
} // namespace rill

// The wrapped handler keeps the executor, the allocator and the cancellation slot of the one inside.
template <template <class, class> class Associator, class Handler, class... Args, class Default>
struct boost::asio::associator<Associator, rill::detail::as_expected_handler<Handler, Args...>, Default>
    : Associator<Handler, Default>
{
    static auto get(const rill::detail::as_expected_handler<Handler, Args...>& h) noexcept
    {
        return Associator<Handler, Default>::get(h.handler);
    }
    static auto get(const rill::detail::as_expected_handler<Handler, Args...>& h, const Default& d) noexcept
    {
        return Associator<Handler, Default>::get(h.handler, d);
    }
};

template <class R, class... Args>
class boost::asio::async_result<rill::as_expected_t, R(boost::system::error_code, Args...)>
{
public:
    template <class Initiation, class... InitArgs>
    static auto initiate(Initiation initiation, rill::as_expected_t, InitArgs... args)
    {
        using signature = void(typename rill::detail::expected_of<Args...>::type);
        auto bound = [wrapped = rill::detail::as_expected_initiation<Initiation, Args...>{std::move(initiation)},
                      ... args = std::move(args)](auto&& handler) mutable {
            std::move(wrapped)(std::forward<decltype(handler)>(handler), std::move(args)...);
        };
        return rill::detail::deferred_operation<signature, decltype(bound)>(std::move(bound));
    }
};
