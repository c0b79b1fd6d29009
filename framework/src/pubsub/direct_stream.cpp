#include "pubsub/direct_stream.hpp"

#include "pubsub/dispatcher.hpp"

namespace rill::pubsub::detail {

direct_stream::direct_stream(const std::shared_ptr<endpoint_state>& endpoint, filter_pointer&& wanted,
                             stream_start start, dispatcher& to, bool client_knows_id)
    : subscriber(subscriber_kind::writer)
{
    joins = true;
    sends_position = !client_knows_id || !(start.resumed || start.pages);
    start_backlog(*this, std::move(start));
    auto& joined = to.group_of(endpoint, wanted);
    group = &joined;
    ++joined.streams;
    try {
        to.add(*this);
    } catch (...) { // memory is exhausted
        unsubscribe();
        throw;
    }
}

direct_stream::~direct_stream()
{
    if (worker() != nullptr && out() != nullptr) {
        worker()->catching_up().slow().on_connection_end(*this, out()->reason());
    }
    const auto endpoint = own_group().endpoint;
    unsubscribe();
    endpoint->leave();
}

void direct_stream::unsubscribe() noexcept
{
    if (worker() != nullptr) {
        worker()->remove(*this);
    }
    auto& left = own_group();
    const auto store = left.endpoint->store;
    if (--left.streams != 0) { // a shared filter belongs to its topic
        store->unsubscribe(filter_pointer(left.filter.get()));
        return;
    }
    auto unused = std::move(left.filter);
    delete &left;
    store->unsubscribe(std::move(unused));
}

awaitable<> direct_stream::start(response_writer& to)
{
    set_out(rill::detail::stream_writer::of(to));
    const auto& endpoint = *own_group().endpoint;
    to.set_policy(endpoint.policies[filter().kind]);
    sse::detail::send_start(to, endpoint.options, position());
    if (now == state::ended) { // the stream has ended before its start
        to.end(close_reason::evicted);
    } else {
        worker()->catching_up().start(*this);
    }
    return {};
}

// If a client disconnects before the first event, it resumes with this id. A notice has its own id.
log_id direct_stream::position() const
{
    if (!sends_position || now == state::ended || backlog->notice) {
        return {};
    }
    return position_id(*own_group().endpoint->store, *this);
}

} // namespace rill::pubsub::detail
