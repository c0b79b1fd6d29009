#include "pubsub/worker_outbox.hpp"

namespace rill::pubsub::detail {

void worker_stats::add_to(channel_stats& sum) const noexcept
{
    sum.delivered += delivered;
    sum.dropped += dropped;
    sum.conflated += conflated;
    sum.evicted_slow += evicted_slow;
    sum.evicted_full += evicted_full;
    sum.timed_out += timed_out;
    sum.over_capacity += over_capacity;
}

bool worker_outbox::push(const replay_limits& limits, const topic_pointer& topic, const encoded_event& event,
                         std::uint64_t sequence)
{
    pending_bytes_ += event.footprint();
    const bool is_full =
        !pending_.empty() && (pending_.size() >= limits.max_events || pending_bytes_ > limits.max_bytes);
    const bool skips = event && (is_full || !skipped_.empty());
    pending_.push_back({topic, event, sequence});
    if (skips) {
        skip_all();
        return false;
    }
    return !woken_;
}

void worker_outbox::skip_all()
{
    for (const auto& item : pending_) {
        if (item.event) {
            auto& sum = skipped_[item.topic];
            ++sum.events;
            sum.bytes += item.event.footprint();
        }
    }
    std::erase_if(pending_, [](const queued_event& item) { return bool(item.event); });
}

void worker_outbox::reserve_one()
{
    if (pending_.size() == pending_.capacity()) {
        pending_.reserve(2 * pending_.size() + 1);
    }
}

void worker_outbox::take(std::vector<queued_event>& into, skipped_by_topic& skipped)
{
    woken_ = false;
    pending_bytes_ = 0;
    into.swap(pending_);
    pending_.clear();
    skipped.swap(skipped_);
    skipped_.clear();
}

void worker_outbox::wake() const
{
    static_cast<void>(worker_.post([consumer = consumer_] {
        if (const auto alive = consumer.lock()) {
            alive->run();
        }
    }));
}

void outbox_list::detach(const pointer& outbox, channel_stats& sum)
{
    std::erase(outboxes_, outbox);
    outbox->stats.add_to(sum);
}

void outbox_list::push(const replay_limits& limits, const topic_pointer& topic, const encoded_event& event,
                       std::uint64_t sequence)
{
    for (const auto& outbox : outboxes_) {
        if (outbox->push(limits, topic, event, sequence)) {
            woken_.push_back(outbox);
            outbox->set_woken(true);
        }
    }
}

void outbox_list::reserve_one()
{
    for (const auto& outbox : outboxes_) {
        outbox->reserve_one();
    }
    woken_.reserve(woken_.size() + outboxes_.size());
}

void outbox_list::add_to(channel_stats& sum) const noexcept
{
    for (const auto& outbox : outboxes_) {
        outbox->stats.add_to(sum);
    }
}

} // namespace rill::pubsub::detail
