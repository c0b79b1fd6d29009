#include "pubsub/direct_stream.hpp"

#include "pubsub/dispatcher.hpp"

namespace rill::pubsub::detail {

direct_stream::direct_stream(std::shared_ptr<endpoint_state> state, filter_pointer wanted, stream_start start,
                             dispatcher& to, bool client_knows_id)
    : subscriber(subscriber_kind::writer), state_(std::move(state))
{
    filter = std::move(wanted);
    joins = true;
    sends_position = !client_knows_id || !(start.resumed || start.pages);
    try {
        start_backlog(*this, std::move(start));
        to.add(*this);
    } catch (...) { // memory is exhausted
        unsubscribe();
        throw;
    }
}

direct_stream::~direct_stream()
{
    if (worker != nullptr && out != nullptr) {
        worker->catching_up().slow().on_connection_end(*this, out->reason());
    }
    unsubscribe();
    state_->leave();
}

void direct_stream::unsubscribe() noexcept
{
    if (worker != nullptr) {
        worker->remove(*this);
    }
    state_->store->unsubscribe(std::move(filter));
}

awaitable<> direct_stream::start(response_writer& to)
{
    out = &rill::detail::stream_writer::of(to);
    to.set_policy(state_->policies[filter->kind]);
    sse::detail::send_start(to, state_->options, position());
    if (now == state::ended) { // the stream has ended before its start
        to.end(close_reason::evicted);
    } else {
        worker->catching_up().start(*this);
    }
    return {};
}

// If a client disconnects before the first event, it resumes with this id. A notice has its own id.
log_id direct_stream::position() const
{
    if (!sends_position || now == state::ended || backlog->notice) {
        return {};
    }
    return position_id(*state_->store, *this);
}

} // namespace rill::pubsub::detail
