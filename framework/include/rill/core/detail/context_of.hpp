#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// Returns the io_context of the executor, or nullptr if the executor has none, such as that of a thread pool. A strand
/// of an io_context is accepted, because a strand has no effect on a worker with one thread.
asio::io_context* find_context(const asio::any_io_executor& ex) noexcept;

/// The same as find_context(), but throws boost::system::system_error with error::foreign_executor if there is none.
asio::io_context& context_of(const asio::any_io_executor& ex);

/// Returns the io_context of a completion handler's coroutine, or nullptr. If the result is nullptr, an operation of
/// rill completes with error::foreign_executor.
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

/// Completes an operation with error::foreign_executor, because the awaiting coroutine does not run on a worker.
template <class Handler, class... Results>
void complete_foreign(Handler&& handler, Results... results)
{
    std::decay_t<Handler> completed(std::forward<Handler>(handler));
    std::move(completed)(make_error_code(error::foreign_executor), std::move(results)...);
}

} // namespace rill::detail
