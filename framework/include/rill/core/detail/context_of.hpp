#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// The io_context that `ex` runs its work on, or null if it runs it elsewhere, such as on a thread pool. A strand of an
/// io_context counts: a worker has one thread, so a strand adds nothing there.
asio::io_context* find_context(const asio::any_io_executor& ex) noexcept;

/// As find_context(). Throws boost::system::system_error with error::foreign_executor where that returns null.
asio::io_context& context_of(const asio::any_io_executor& ex);

/// The io_context that a completion handler's coroutine runs on, or null. An operation of rill completes with
/// error::foreign_executor where there is none.
template <class Handler>
asio::io_context* context_of_handler(const Handler& handler) noexcept
{
    const auto ex = asio::get_associated_executor(handler);
    if constexpr (requires { requires std::is_same_v<decltype(ex.context()), asio::io_context&>; }) {
        return &ex.context();
    } else if constexpr (std::is_same_v<std::remove_cvref_t<decltype(ex)>, asio::any_io_executor>) {
        return find_context(ex);
    } else if constexpr (std::is_constructible_v<asio::any_io_executor, decltype(ex)>) {
        return find_context(asio::any_io_executor(ex));
    } else {
        return nullptr;
    }
}

/// Ends an operation that was awaited on an executor that is not a worker's.
template <class Handler, class... Results>
void complete_foreign(Handler&& handler, Results... results)
{
    std::decay_t<Handler> completed(std::forward<Handler>(handler));
    std::move(completed)(make_error_code(error::foreign_executor), std::move(results)...);
}

} // namespace rill::detail
