#pragma once

#include <boost/asio/associated_executor.hpp>
#include <rill/core/awaitable.hpp>

namespace rill::detail {

/// The io_context that a completion handler's coroutine runs on.
template <class Handler>
asio::io_context& context_of(const Handler& handler)
{
    const auto ex = asio::get_associated_executor(handler);
    if constexpr (requires { static_cast<asio::io_context&>(ex.context()); }) {
        return static_cast<asio::io_context&>(ex.context());
    } else { // a type-erased executor; rill's coroutines run on an io_context in any case
        return static_cast<asio::io_context&>(asio::query(ex, asio::execution::context));
    }
}

} // namespace rill::detail
