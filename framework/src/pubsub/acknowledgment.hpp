#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <rill/core/mailbox.hpp>
#include <rill/pubsub/backplane.hpp>
#include <type_traits>

namespace rill::pubsub::detail {

using acknowledgment_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// The outcome of one append, and the coroutine that waits for it. The log sets the outcome in any thread. The waiting
/// coroutine continues in its worker. If the worker ends first, it destroys the coroutine.
class acknowledgment : public acknowledgment_hook, public std::enable_shared_from_this<acknowledgment>
{
public:
    using outcome_type = result<log_id>;

    acknowledgment() = default;
    acknowledgment(const acknowledgment&) = delete;
    acknowledgment& operator=(const acknowledgment&) = delete;

    /// Returns a callback that sets the outcome. If the callback is destroyed without a call, the outcome is
    /// error::outcome_unknown.
    backplane::appended callback();

    /// Sets the outcome. Only the first call has an effect. Thread-safe.
    void set(outcome_type outcome);

    /// The outcome, if it is known. Thread-safe.
    std::optional<outcome_type> outcome() const;

    /// Waits for the outcome. At most one coroutine may wait. Completion: `void(error_code)`, from the event loop of
    /// this context. Cancellation: terminal, partial and total; completes with operation_aborted.
    auto wait(boost::asio::io_context& context)
    {
        return boost::asio::async_initiate<const rill::detail::deferred_t, void(error_code)>(
            [this, &context](auto&& handler) {
                using handler_type = std::decay_t<decltype(handler)>;
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected()) {
                    slot.assign([this, &context](boost::asio::cancellation_type type) { cancel(context, type); });
                }
                waiting_.emplace(rill::detail::without_slot<handler_type>{std::forward<decltype(handler)>(handler)});
                begin(context);
            },
            rill::detail::deferred);
    }

    /// Destroys the waiting coroutine. Call this when the context shuts down.
    void drop();

private:
    class ticket;

    void begin(boost::asio::io_context& context);
    void cancel(boost::asio::io_context& context, boost::asio::cancellation_type type);
    void complete(error_code ec);

    mutable std::mutex mutex_;
    std::optional<outcome_type> outcome_; ///< guarded by the mutex
    mailbox::address worker_;             ///< guarded by the mutex; empty if no coroutine waits
    rill::detail::waiter waiting_;        ///< belongs to the thread of the worker
};

} // namespace rill::pubsub::detail
