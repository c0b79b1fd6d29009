#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <utility>

namespace rill::detail {

/// Completes the handler in `waiting` with `ec`, from the event loop. Does nothing if `waiting` is empty at that time.
void complete_from_loop(asio::io_context& context, std::shared_ptr<waiter> waiting, error_code ec);

/// Handles a cancellation of a wait that complete_from_loop() ends. The wait ends in the next turn of the event loop
/// anyway. Therefore this function destroys the handler only if the coroutine must be destroyed (see unwinder).
void cancel_posted_error(const std::weak_ptr<waiter>& waiting, asio::cancellation_type type) noexcept;

/// Completes an operation that cannot start, with the error `ec`, from the event loop. If the completion were
/// immediate, a loop that ignores the error would nest one stack frame for each operation. The handler's executor must
/// belong to an io_context.
template <class Handler>
void post_error(Handler handler, error_code ec)
{
    auto* context = context_of_handler(handler);
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto waiting = std::make_shared<waiter>();
    if (slot.is_connected()) { // weak, because the handler may own the slot
        slot.assign(
            [pending = std::weak_ptr(waiting)](asio::cancellation_type type) { cancel_posted_error(pending, type); });
    }
    waiting->emplace(without_slot<Handler>{std::move(handler)});
    complete_from_loop(*context, std::move(waiting), ec);
}

} // namespace rill::detail
