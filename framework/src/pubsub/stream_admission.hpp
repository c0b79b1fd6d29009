#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>

#include "pubsub/backfill.hpp"
#include "pubsub/endpoint_state.hpp"

namespace rill::pubsub::detail {

/// A stream that a request opens, until the stream becomes the body of its response. If there is no response, for
/// example because the client disconnects, the destructor releases the slot and the subscription.
class stream_admission
{
public:
    /// Takes a slot of the route if a slot is free.
    stream_admission(std::shared_ptr<endpoint_state> state, request& r);
    stream_admission(const stream_admission&) = delete;
    stream_admission& operator=(const stream_admission&) = delete;
    ~stream_admission();

    /// Whether no slot was free.
    bool lacks_slot() const noexcept { return slot_ && !*slot_; }
    /// Waits briefly. Then tries again to take a slot.
    awaitable<> retry_slot() { return slot_->retry_after_yield(); }

    /// Subscribes to the topics of the request.
    void subscribe(const request& r);

    /// Whether only the backplane can decide if the stream is rejected. In this case read_backfill() must be awaited.
    bool depends_on_backfill() const noexcept;
    /// Reads the first page of the backfill. Completion: `void(error_code)`, from the event loop. Cancellation:
    /// terminal; completes with operation_aborted.
    auto read_backfill(boost::asio::io_context& context)
    {
        return boost::asio::async_initiate<const rill::detail::deferred_t, void(error_code)>(
            [this, &context](auto&& handler) {
                auto& pages = *start_.pages;
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected()) {
                    slot.assign([&pages](boost::asio::cancellation_type_t) {
                        if (pages.page) {
                            pages.page.complete(boost::asio::error::operation_aborted);
                        }
                    });
                }
                pages.page.emplace(std::forward<decltype(handler)>(handler));
                pages.read(*state_->store, mailbox::of(context).get_address());
            },
            rill::detail::deferred);
    }

    /// The response: the stream, or the reason for the rejection.
    response answer(boost::asio::io_context& context);

private:
    std::optional<response> refuse_start();

    std::shared_ptr<endpoint_state> state_;
    std::optional<response> refusal_;
    std::vector<topic_pattern> topics_;
    std::string last_event_id_;
    bool client_knows_id_ = false; ///< the id is in the Last-Event-ID header, which the client sends automatically
    std::optional<sse::detail::stream_slot> slot_;
    topic_store::entry entry_;
    stream_start start_;
};

} // namespace rill::pubsub::detail
