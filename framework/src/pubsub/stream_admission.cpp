#include "pubsub/stream_admission.hpp"

#include <rill/http/problem.hpp>
#include <utility>

#include "http/address_key.hpp"
#include "pubsub/direct_stream.hpp"
#include "pubsub/dispatcher.hpp"

namespace rill::pubsub::detail {

stream_admission::stream_admission(std::shared_ptr<endpoint_state> state, request& r) : state_(std::move(state))
{
    auto topics = state_->topics(r);
    if (!topics) {
        refusal_ = state_->with_headers(to_response(topics.error()));
        return;
    }
    topics_ = std::move(*topics);
    last_event_id_ = sse::detail::last_event_id(r, state_->options);
    client_knows_id_ = r.header("Last-Event-ID").has_value();
    if (state_->options.finished && state_->options.finished(r, last_event_id_)) {
        refusal_ = state_->with_headers(status::no_content);
        return;
    }
    if (!state_->note_terms(r)) {
        refusal_ = state_->expired();
        return;
    }
    slot_.emplace(*state_);
}

stream_admission::~stream_admission()
{
    if (entry_.filter) {
        state_->store->unsubscribe(std::move(entry_.filter));
    }
}

void stream_admission::subscribe(const request& r)
{
    if (refusal_) {
        return;
    }
    if (!*slot_) {
        refusal_ = state_->refuse();
        return;
    }
    auto entry = state_->store->subscribe(std::move(topics_),
                                          state_->subscriber_name ? state_->subscriber_name(r) : std::string(),
                                          rill::detail::address_key(r.remote_address()));
    if (!entry) {
        refusal_ = state_->with_headers(
            to_response({.status = status::service_unavailable, .detail = entry.error().message()}));
        return;
    }
    entry_ = std::move(*entry);
    start_ = stream_start(*state_->store, *entry_.filter, last_event_id_, entry_.newest, true);
}

// With the other policies the stream always begins. If events are lost, it gets a notice.
bool stream_admission::depends_on_backfill() const noexcept
{
    return start_.pages && state_->store->kinds().options(entry_.filter->kind).on_unknown_id == unknown_id::reject;
}

// The backfill may have failed, or the policy may reject the last event id.
std::optional<response> stream_admission::refuse_start()
{
    if (start_.pages && start_.pages->now() == backfill::state::failed) {
        const auto progress = start_.pages->progress();
        start_ = find_start_without(*state_->store, *entry_.filter, progress);
        if (progress.failure != error::unknown_event_id) { // a later request may succeed
            return state_->with_headers(
                to_response({.status = status::service_unavailable, .detail = progress.failure.message()}));
        }
    }
    if (start_.rejected) {
        return state_->with_headers(
            to_response({.status = status::gone, .detail = make_error_code(error::unknown_event_id).message()}));
    }
    return std::nullopt;
}

response stream_admission::answer(boost::asio::io_context& context)
{
    if (!refusal_) {
        refusal_ = refuse_start();
    }
    if (refusal_) {
        return std::move(*refusal_);
    }
    auto head = state_->head();
    auto& to = dispatcher::of(context, state_->store);
    head.set_body(
        std::make_unique<direct_stream>(state_, std::move(entry_.filter), std::move(start_), to, client_knows_id_));
    slot_->keep(); // from now on, the stream owns the slot
    return head;
}

} // namespace rill::pubsub::detail
