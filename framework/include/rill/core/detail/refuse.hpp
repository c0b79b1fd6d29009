#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <utility>

namespace rill::detail {

/// Completes what `waiting` holds with `ec`, from the event loop, unless it is empty by then.
void complete_from_loop(asio::io_context& context, std::shared_ptr<waiter> waiting, error_code ec);

/// For the cancellation of such a wait, which is over in the next turn anyway: drops it where the coroutine is to be
/// destroyed (see unwinder).
void cancel_refused(const std::weak_ptr<waiter>& waiting, asio::cancellation_type type) noexcept;

/// Completes an operation that cannot begin with `ec`. From the event loop: a loop that overlooks the error would
/// otherwise nest one stack frame for each operation. The handler's executor must be that of an io_context.
template <class Handler>
void refuse(Handler handler, error_code ec)
{
    auto* context = context_of_handler(handler);
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto waiting = std::make_shared<waiter>();
    if (slot.is_connected()) { // weak: the handler may own the slot
        slot.assign(
            [pending = std::weak_ptr(waiting)](asio::cancellation_type type) { cancel_refused(pending, type); });
    }
    waiting->emplace(without_slot<Handler>{std::move(handler)});
    complete_from_loop(*context, std::move(waiting), ec);
}

} // namespace rill::detail
