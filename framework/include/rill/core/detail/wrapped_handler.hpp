#pragma once

#include <boost/asio/associator.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// A completion handler that wraps `handler`. It has the executor, allocator and cancellation slot of `handler`. Its
/// call operator calls Call::call(handler, arguments...).
template <class Handler, class Call>
struct wrapped_handler
{
    Handler handler;

    template <class... Values>
    void operator()(Values&&... values)
    {
        Call::call(handler, std::forward<Values>(values)...);
    }
};

/// Starts an operation with a wrapped handler.
template <class Initiation, class Call>
struct wrapped_initiation
{
    Initiation initiation;

    template <class Handler, class... Args>
    void operator()(Handler&& handler, Args&&... args) &&
    {
        std::move(initiation)(wrapped_handler<std::decay_t<Handler>, Call>{std::forward<Handler>(handler)},
                              std::forward<Args>(args)...);
    }
};

} // namespace rill::detail

template <template <class, class> class Associator, class Handler, class Call, class Default>
struct boost::asio::associator<Associator, rill::detail::wrapped_handler<Handler, Call>, Default>
    : Associator<Handler, Default>
{
    static auto get(const rill::detail::wrapped_handler<Handler, Call>& h) noexcept
    {
        return Associator<Handler, Default>::get(h.handler);
    }
    static auto get(const rill::detail::wrapped_handler<Handler, Call>& h, const Default& d) noexcept
    {
        return Associator<Handler, Default>::get(h.handler, d);
    }
};
