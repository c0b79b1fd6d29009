#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <utility>

namespace rill::detail {

/// Completes the handler in `waiting` with `ec`, from the event loop, unless `waiting` is empty by then.
void complete_from_loop(asio::io_context& context, std::shared_ptr<waiter> waiting, error_code ec);

/// Handles a cancellation of such a wait. The wait ends in the next turn anyway, so its handler is destroyed only if
/// the coroutine is to be destroyed (see unwinder).
void cancel_posted_error(const std::weak_ptr<waiter>& waiting, asio::cancellation_type type) noexcept;

/// Completes an operation that cannot start with `ec`, from the event loop. An immediate completion would nest one
/// stack frame for each operation of a loop that ignores the error. The handler's executor must belong to an
/// io_context.
template <class Handler>
void post_error(Handler handler, error_code ec)
{
    auto* context = context_of_handler(handler);
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto waiting = std::make_shared<waiter>();
    if (slot.is_connected()) { // weak: the handler may own the slot
        slot.assign(
            [pending = std::weak_ptr(waiting)](asio::cancellation_type type) { cancel_posted_error(pending, type); });
    }
    waiting->emplace(without_slot<Handler>{std::move(handler)});
    complete_from_loop(*context, std::move(waiting), ec);
}

} // namespace rill::detail
