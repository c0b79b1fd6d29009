#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/pubsub/encoded_event.hpp>

namespace rill::pubsub {

namespace detail {

/// A handler that waits for an event, its type erased, as rill::detail::waiter.
class event_waiter
{
public:
    event_waiter() = default;
    event_waiter(const event_waiter&) = delete;
    event_waiter& operator=(const event_waiter&) = delete;
    ~event_waiter()
    {
        if (take_ != nullptr) {
            take_(storage_, nullptr);
        }
    }

    struct outcome
    {
        error_code ec;
        encoded_event event;
    };

    explicit operator bool() const noexcept { return take_ != nullptr; }

    template <class Handler>
    void emplace(Handler handler)
    {
        storage_.put(std::move(handler));
        take_ = [](rill::detail::handler_storage& storage, outcome* o) {
            storage.consume<Handler>([o](Handler& waiting) {
                if (o != nullptr) {
                    waiting(o->ec, std::move(o->event));
                }
            });
        };
    }

    void complete(outcome o) { std::exchange(take_, nullptr)(storage_, &o); }

private:
    rill::detail::handler_storage storage_;
    void (*take_)(rill::detail::handler_storage&, outcome*) = nullptr;
};

/// What stands behind a subscription.
class subscription_base
{
public:
    subscription_base() = default;
    subscription_base(const subscription_base&) = delete;
    subscription_base& operator=(const subscription_base&) = delete;
    virtual ~subscription_base() = default;

    event_waiter waiting;
    bool end_is_an_error = false; ///< the present wait wants to know why
    error_code ended;

    virtual void begin(boost::asio::io_context& context) = 0;
    virtual void abort() = 0;
};

} // namespace detail

/// One stream's view of a channel or a hub: from its beginning on, every event that is published, in order, the past
/// that was asked for first. It is a place in the past that the channel holds, and copies nothing.
///
///     auto news = channel.subscribe(stream.last_event_id());
///     while (auto e = co_await news.next()) {
///         co_await stream.send(e);
///     }
///
/// Among the events are notices, by encoded_event::kind(): a `gap` where the past is not whole, `dropped` where the
/// handler was too slow. Belongs to one coroutine; may end at any time, also before the channel does not, as it shares
/// what it needs.
class subscription
{
    // First, as its return type is deduced.
    template <class CompletionToken>
    auto initiate(CompletionToken& token, bool end_is_an_error)
    {
        return boost::asio::async_initiate<CompletionToken, void(error_code, encoded_event)>(
            [base = base_.get(), end_is_an_error](auto&& handler) {
                using handler_type = std::decay_t<decltype(handler)>;
                if (base->waiting) { // two at once
                    handler_type other(std::forward<decltype(handler)>(handler));
                    other(error_code(boost::asio::error::in_progress), encoded_event());
                    return;
                }
                auto* context = rill::detail::context_of_handler(handler);
                if (context == nullptr) {
                    rill::detail::complete_foreign(std::forward<decltype(handler)>(handler), encoded_event());
                    return;
                }
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected()) {
                    slot.assign([base](boost::asio::cancellation_type_t) { base->abort(); });
                }
                base->end_is_an_error = end_is_an_error;
                base->waiting.emplace(handler_type(std::forward<decltype(handler)>(handler)));
                base->begin(*context);
            },
            token);
    }

public:
    /// Made by channel::subscribe() and hub::subscribe().
    explicit subscription(std::unique_ptr<detail::subscription_base> base) noexcept : base_(std::move(base)) {}

    /// The next event.
    ///
    /// Completion: `void(error_code, encoded_event)`; at once if there is one, otherwise from the event loop when one
    /// is published. Without a token an empty event says that the subscription has ended, and why is in ended(); with a
    /// token that is an error. At most one next() may be pending. All next() of a subscription must be called on the
    /// same worker. Cancellation: terminal, partial and total; completes with operation_aborted, and nothing is lost.
    template <class CompletionToken>
    auto next(CompletionToken&& token)
    {
        return initiate(token, true);
    }
    auto next() { return initiate(rill::detail::deferred, false); }

    /// Why it has ended: error::too_slow, error::unknown_event_id (with unknown_id::reject), error::invalid_topic,
    /// error::too_many_topics, errc::not_enough_memory; none before.
    error_code ended() const noexcept { return base_->ended; }

private:
    std::unique_ptr<detail::subscription_base> base_;
};

} // namespace rill::pubsub
