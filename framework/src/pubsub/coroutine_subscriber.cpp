#include "pubsub/coroutine_subscriber.hpp"

#include <new>
#include <rill/core/detail/cancellation.hpp>
#include <rill/sse/encoder.hpp>
#include <utility>

#include "pubsub/dispatcher.hpp"

namespace rill::pubsub::detail {

coroutine_subscriber::coroutine_subscriber(std::shared_ptr<topic_store> store, filter_pointer& wanted,
                                           std::uint64_t entered, std::string_view last_event_id, bool with_snapshot)
    : store_(std::move(store))
{
    joins = with_snapshot;
    stream_start start(*store_, *wanted, last_event_id, entered, joins);
    if (start.rejected) {
        ended = error::unknown_event_id;
    }
    start_backlog(*this, std::move(start));
    group->filter = std::move(wanted); // this comes last, because everything before it may throw
}

coroutine_subscriber::~coroutine_subscriber()
{
    if (worker() != nullptr) {
        worker()->remove(*this);
    }
    if (group->filter) {
        store_->unsubscribe(std::move(group->filter));
    }
}

encoded_event coroutine_subscriber::position() const
{
    if (ended || worker() != nullptr || backlog->notice) {
        return {};
    }
    const auto id = position_id(*store_, *this);
    if (id.empty() || !sse::event_id::parse(id) || !sse::is_valid_utf8(id)) {
        return {};
    }
    return std::move(*event_draft::make({})).finish(id);
}

void coroutine_subscriber::begin(boost::asio::io_context& of)
{
    context = &of;
    if (ended) {
        complete_end();
        return;
    }
    if (worker() == nullptr) {
        try {
            dispatcher::of(of, store_).add(*this);
        } catch (const std::bad_alloc&) {
            end_without_memory();
            return;
        }
    }
    worker()->catching_up().wait(*this);
}

void coroutine_subscriber::cancel(boost::asio::cancellation_type type)
{
    if (!waiting || !rill::detail::ends_operation(type)) {
        return;
    }
    if (rill::detail::destroys_coroutine()) {
        if (now == state::live) {
            fall_behind(*this, worker()->head());
            now = state::waiting;
        }
        drop();
    } else if (worker() != nullptr && !has_posted_end()) { // a posted end completes in the next turn anyway
        aborted = true;
        worker()->ready().make_ready(*this);
    }
}

subscription make_subscription(const std::shared_ptr<topic_store>& store, std::vector<topic_pattern> topics,
                               std::string_view last_event_id, std::string subscriber_name, bool joins)
{
    auto entry = store->subscribe(std::move(topics), std::move(subscriber_name));
    if (!entry) {
        return make_ended_subscription(entry.error());
    }
    try {
        return subscription(
            std::make_unique<coroutine_subscriber>(store, entry->filter, entry->newest, last_event_id, joins));
    } catch (...) { // memory is exhausted
        store->unsubscribe(std::move(entry->filter));
        throw;
    }
}

subscription make_ended_subscription(error_code reason)
{
    return subscription(std::make_unique<coroutine_subscriber>(reason));
}

} // namespace rill::pubsub::detail
