#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/post_error.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <rill/core/detail/wrapped_handler.hpp>
#include <rill/pubsub/encoded_event.hpp>

namespace rill::pubsub {

namespace detail {

/// A type-erased handler that waits for an event. See also rill::detail::waiter.
class event_waiter
{
public:
    event_waiter() = default;
    event_waiter(const event_waiter&) = delete;
    event_waiter& operator=(const event_waiter&) = delete;
    ~event_waiter()
    {
        if (act_ != nullptr) {
            act_(storage_, nullptr, nullptr);
        }
    }

    struct outcome
    {
        error_code ec;
        encoded_event event;
    };

    explicit operator bool() const noexcept { return act_ != nullptr; }

    template <class Handler>
    void emplace(Handler handler)
    {
        storage_.put(std::move(handler));
        act_ = [](rill::detail::handler_storage& storage, outcome* o, rill::detail::handler_storage* to) {
            if (to != nullptr) {
                storage.relocate<Handler>(*to);
                return;
            }
            storage.consume<Handler>([o](Handler& waiting) {
                if (o != nullptr) {
                    waiting(o->ec, std::move(o->event));
                }
            });
        };
    }

    /// Moves the handler of `other` to *this. `other` must have a handler, and *this must be empty.
    void take_over(event_waiter& other) noexcept
    {
        act_ = std::exchange(other.act_, nullptr);
        act_(other.storage_, nullptr, &storage_);
    }

    void complete(outcome o) { std::exchange(act_, nullptr)(storage_, &o, nullptr); }

private:
    rill::detail::handler_storage storage_;
    // If the third argument is not nullptr, moves the handler to that storage. Otherwise moves the handler out, and
    // calls it if the outcome is not nullptr.
    void (*act_)(rill::detail::handler_storage&, outcome*, rill::detail::handler_storage*) = nullptr;
};

/// The implementation of a subscription.
class subscription_base
{
public:
    subscription_base() = default;
    subscription_base(const subscription_base&) = delete;
    subscription_base& operator=(const subscription_base&) = delete;
    virtual ~subscription_base() = default;

    event_waiter waiting;
    error_code ended;

    virtual void begin(boost::asio::io_context& context) = 0;
    virtual void cancel(boost::asio::cancellation_type type) = 0;
    virtual encoded_event position() const = 0;
};

} // namespace detail

/// The subscription of one handler to a channel or a hub. It returns the requested past first, and then every published
/// event, in order. The subscription is a position in the past that the channel holds. It does not copy events.
///
///     auto news = channel.subscribe(stream.last_event_id());
///     co_await stream.send(news.position());
///     while (auto e = co_await news.next()) {
///         co_await stream.send(e);
///     }
///
/// Some of the events are notices, see encoded_event::kind(). A `gap` notice means that the past is not complete. A
/// `dropped` notice means that the handler was too slow. A subscription belongs to one coroutine. It may be destroyed
/// at any time, before or after the channel.
class subscription
{
    struct call_without_event
    {
        template <class Handler>
        static void call(Handler& handler, error_code ec)
        {
            std::move(handler)(ec, encoded_event());
        }
    };
    template <class Handler>
    using refused = rill::detail::wrapped_handler<Handler, call_without_event>;

    // Declared first because its return type is deduced.
    template <class CompletionToken>
    auto initiate(CompletionToken& token)
    {
        return boost::asio::async_initiate<CompletionToken, void(error_code, encoded_event)>(
            [base = base_.get()](auto&& handler) {
                using handler_type = std::decay_t<decltype(handler)>;
                auto* context = rill::detail::context_of_handler(handler);
                if (context == nullptr) {
                    rill::detail::complete_foreign(std::forward<decltype(handler)>(handler), encoded_event());
                    return;
                }
                if (base->waiting) {
                    rill::detail::post_error(refused<handler_type>{std::forward<decltype(handler)>(handler)},
                                             boost::asio::error::in_progress);
                    return;
                }
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected()) {
                    slot.assign([base](boost::asio::cancellation_type type) { base->cancel(type); });
                }
                base->waiting.emplace(
                    rill::detail::without_slot<handler_type>{std::forward<decltype(handler)>(handler)});
                base->begin(*context);
            },
            token);
    }

public:
    /// channel::subscribe() and hub::subscribe() call this constructor.
    explicit subscription(std::unique_ptr<detail::subscription_base> base) noexcept : base_(std::move(base)) {}

    /// Waits for the next event.
    ///
    /// Completion: `void(error_code, encoded_event)`. Completes at once if there is an event. Otherwise it completes
    /// from the event loop when an event is published. An empty event without an error means that the subscription has
    /// ended. ended() returns the reason. Each later next() fails with that error. This also ends a loop that ignores
    /// the empty event. At most one next() may be pending. A second next() fails with in_progress, from the event loop,
    /// and does not affect the first. All calls must be on the same worker. Cancellation: terminal, partial and total.
    /// A cancelled next() completes with operation_aborted, and no event is lost.
    template <class CompletionToken>
    auto next(CompletionToken&& token)
    {
        return initiate(token);
    }
    auto next() { return initiate(rill::detail::deferred); }

    /// Returns the position at which the subscription begins: an event with an id and without data. The client stores
    /// the id and calls no listener. Send this event first. If the client then loses the connection before its first
    /// event, it resumes at this position and misses no event. The result is empty if the first event itself has that
    /// id, if the log has no id for the position, and after the first next().
    encoded_event position() const { return base_->position(); }

    /// The reason why the subscription has ended: error::too_slow, error::unknown_event_id (with unknown_id::reject),
    /// error::invalid_topic, error::too_many_topics or errc::not_enough_memory. Before the end, the result is no error.
    error_code ended() const noexcept { return base_->ended; }

private:
    std::unique_ptr<detail::subscription_base> base_;
};

} // namespace rill::pubsub
