#include "pubsub/event_queue.hpp"

#include <string>

#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

namespace {

// The maximum size of a piece that contains several events.
constexpr std::size_t max_batch_bytes = 64UL * 1024;

} // namespace

bool event_queue::refill(topic_store& store, worker_outbox& outbox)
{
    if (!empty() || !skipped_.empty()) {
        return false;
    }
    events_.clear();
    at_ = 0;
    newest_ = store.take(outbox, events_, skipped_);
    return !events_.empty() || !skipped_.empty();
}

void event_queue::pop_into(event_batch& batch)
{
    const auto& topic = events_[at_].topic;
    std::size_t bytes = 0;
    auto end = at_;
    for (; end != events_.size(); ++end) {
        const auto& item = events_[end];
        if (item.topic != topic || !item.event || (bytes != 0 && bytes + item.event.bytes().size() > max_batch_bytes)) {
            break;
        }
        bytes += item.event.bytes().size();
    }
    const auto count = end - at_;
    batch.events.clear();
    batch.events.reserve(count);
    batch.piece = count == 1 ? shared_chunk(events_[at_].event) : joined(end, bytes);
    batch.topic = topic;
    for (; at_ != end; ++at_) { // the code from here on does not throw
        auto& item = events_[at_];
        batch.last = item.sequence;
        batch.events.push_back({std::move(item.event), item.sequence});
    }
}

shared_chunk event_queue::joined(std::size_t end, std::size_t bytes) const
{
    std::string all;
    all.reserve(bytes);
    for (auto i = at_; i != end; ++i) {
        all.append(events_[i].event.bytes());
    }
    return shared_chunk::copy_of(all);
}

} // namespace rill::pubsub::detail
