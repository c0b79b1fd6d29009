#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <memory>
#include <rill/core/detail/cancellation.hpp>
#include <utility>

namespace rill::client::detail {

/// Assigns the cancellation slot of a handler. A cancellation that ends an operation calls `end(owner)`. It does
/// nothing after the owner has been destroyed.
template <class Handler, class Owner, class End>
void on_cancellation(const Handler& handler, std::weak_ptr<Owner> owner, End end)
{
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
        slot.assign([owner = std::move(owner), end](asio::cancellation_type type) {
            const auto self = owner.lock();
            if (self && rill::detail::ends_operation(type)) {
                end(*self);
            }
        });
    }
}

} // namespace rill::client::detail
