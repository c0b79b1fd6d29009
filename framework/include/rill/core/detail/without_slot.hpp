#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <rill/core/detail/wrapped_handler.hpp>
#include <utility>

namespace rill::detail {

/// Clears the handler's cancellation slot before the handler is called. Otherwise a cancellation after the end of this
/// operation could end the wait of another operation.
struct call_without_slot
{
    template <class Handler, class... Values>
    static void call(Handler& handler, Values&&... values)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.clear();
        }
        std::move(handler)(std::forward<Values>(values)...);
    }
};

template <class Handler>
using without_slot = wrapped_handler<Handler, call_without_slot>;

} // namespace rill::detail
