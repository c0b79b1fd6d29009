#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>

#include "pubsub/direct_stream.hpp"

namespace rill::pubsub::detail {

std::shared_ptr<endpoint_state> make_state(std::shared_ptr<event_log> log, sse::endpoint_options options);

/// A stream that a request begins, until it is its response's body. What it has taken it gives back, e.g. where the
/// client leaves before there is a response.
class opening
{
public:
    /// Takes a place, where there is one.
    opening(std::shared_ptr<endpoint_state> state, const request& r);
    opening(const opening&) = delete;
    opening& operator=(const opening&) = delete;
    ~opening();

    /// Where there is none.
    bool lacks_place() const noexcept { return place_ && !*place_; }
    awaitable<> ask_for_place_again() { return place_->retry_after_yield(); }

    /// Looks its topics up. Before this nobody else knows of it.
    void enter(const request& r);

    /// Whether only the backplane knows if there is a stream: that is to be waited for.
    bool depends_on_past() const noexcept;
    /// Asks the backplane. Completion: `void(error_code)`, from the event loop. Cancellation: terminal; completes with
    /// operation_aborted.
    auto ask_past(boost::asio::io_context& context)
    {
        return boost::asio::async_initiate<const rill::detail::deferred_t, void(error_code)>(
            [this, &context](auto&& handler) {
                auto& past = *start_.past;
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected()) {
                    slot.assign([&past](boost::asio::cancellation_type_t) {
                        if (past.page) {
                            past.page.complete(boost::asio::error::operation_aborted);
                        }
                    });
                }
                past.page.emplace(std::forward<decltype(handler)>(handler));
                past.ask(*state_->log, mailbox::of(context).get_address());
            },
            rill::detail::deferred);
    }

    /// The stream, or why there is none.
    response answer(boost::asio::io_context& context);

private:
    std::shared_ptr<endpoint_state> state_;
    std::optional<response> refusal_;
    std::vector<topic_pattern> topics_;
    std::string last_event_id_;
    bool knows_id_ = false; ///< the client has it from a stream, and sends it by itself
    std::optional<sse::detail::stream_slot> place_;
    event_log::entry entry_;
    event_log::beginning start_;
};

} // namespace rill::pubsub::detail
