#include "pubsub/topic_store.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "core/exception_collector.hpp"

namespace rill::pubsub::detail {

namespace {

// More gaps are merged. A stream that lags behind the merged ones continues at the newest of them, after its notice.
constexpr std::size_t max_gaps = 16;

// The number of past events that the topic with the largest buffer can hold.
std::size_t max_replayed_events(const topic_kinds& kinds) noexcept
{
    std::size_t most = 0;
    for (std::size_t kind = 0; kind != kinds.count(); ++kind) {
        most = std::max(most, kinds.options(kind).replay.max_events);
    }
    return most;
}

void sort_unique(std::vector<topic_pattern>& topics)
{
    std::ranges::sort(topics, {}, &topic_pattern::text);
    topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
}

} // namespace

topic_store::topic_store(store_settings settings, std::shared_ptr<backplane> plane)
    : kinds_(std::move(settings.channel), std::move(settings.by_topic)), now_(settings.now), plane_(std::move(plane)),
      past_reads_(std::make_shared<read_queue>(*plane_, kinds_.options(0).max_past_reads)),
      snapshots_(std::make_shared<snapshot_calls>(kinds_.options(0).snapshot_use.max_calls)),
      end_{.numeric_ids = plane_->ids_are_numbers(), .has_begun = false},
      table_(kinds_, {.max_topics = settings.max_topics,
                      .max_topics_per_client = settings.max_topics_per_client,
                      .idle = settings.idle,
                      .ids = end_.numeric_ids ? replay_buffer::id_kind::numbers : replay_buffer::id_kind::opaque}),
      order_(0), unsent_(std::make_shared<unsent_budget>(kinds_.options(0).max_unsent_bytes))
{
    plane_->tail(*this, {.max_past_events = max_replayed_events(kinds_)});
}

topic_store::~topic_store()
{
    plane_->stop(*this);
}

// Runs `f` while it holds the mutex. Then wakes the workers that have new events.
template <class F>
void topic_store::change(F&& f)
{
    outboxes woken;
    {
        const lock held(mutex_);
        f();
        outboxes_.take_woken(woken);
    }
    wake(woken);
}

void topic_store::on_begin(const log_position& at)
{
    change([&] {
        end_.has_begun = true;
        end_.known_after = end_.numeric_ids ? at.number : 0;
        end_.newest = std::max(end_.newest, end_.known_after);
        end_.begin_id = end_.last_id = at.id;
        end_.begin_at = end_.last_id_at = end_.newest;
        outboxes_.push(kinds_.options(0).replay, {}, {}, end_.newest); // moves the workers to this position
    });
}

void topic_store::on_event(event_draft draft, std::string_view id, std::uint64_t number)
{
    change([&] {
        // The sequence numbers increase even if the numbers of the log do not. Such a log is an error of the backplane.
        const auto sequence = end_.numeric_ids ? std::max(number, end_.newest + 1) : end_.newest + 1;
        const auto topic = table_.find_or_create(draft.topic(), now_());
        ++totals_.published;
        if (!end_.numeric_ids && !sse::detail::is_event_id(id)) {
            id = {};
        }
        add(topic, std::move(draft).finish(id), sequence);
        if (!end_.numeric_ids && !id.empty()) {
            end_.last_id = id;
            end_.last_id_at = sequence;
        }
    });
}

// Workers get an item without a topic. Their streams then lag, and find the notice in the history.
void topic_store::on_gap(const log_position& at)
{
    change([&] {
        const auto last = end_.numeric_ids ? std::to_string(end_.newest) : end_.last_id;
        const auto id = sse::detail::is_event_id(at.id) ? std::string_view(at.id) : std::string_view();
        end_.newest = std::max(end_.numeric_ids ? at.number : 0, end_.newest + 1);
        end_.begin_id = end_.last_id = at.id;
        end_.begin_at = end_.last_id_at = end_.newest;
        end_.gaps.push_back({end_.newest, make_gap(last, {}, id)});
        if (end_.gaps.size() > max_gaps) {
            end_.gaps.erase(end_.gaps.begin());
            end_.known_after = std::max(end_.known_after, end_.gaps.front().sequence - 1);
        }
        outboxes_.push(kinds_.options(0).replay, {}, {}, end_.newest);
    });
}

void topic_store::add(const topic_pointer& topic, encoded_event event, std::uint64_t sequence)
{
    const auto now = now_();
    end_.newest = sequence;
    topic->last_used = now;
    outboxes_.push(kinds_.options(0).replay, topic, event, sequence);
    const bool first = topic->never_had_an_event();
    topic->buffer.append(std::move(event), sequence, now);
    if (first) {
        table_.on_first_event(*topic);
    }
    if (!topic->name.empty()) { // a channel has one topic without a name, which needs no order
        order_.add(sequence, *topic);
    }
    remove_idle(now, false);
}

void topic_store::wake(const outboxes& those)
{
    rill::detail::exception_collector failure;
    for (const auto& outbox : those) {
        bool posted = false;
        failure.run([&] {
            outbox->wake();
            posted = true;
        });
        if (!posted) { // memory is exhausted; the next event tries again
            const lock held(mutex_);
            outbox->set_woken(false);
        }
    }
    failure.rethrow();
}

std::uint64_t topic_store::attach(const std::shared_ptr<worker_outbox>& outbox)
{
    const lock held(mutex_);
    outboxes_.attach(outbox);
    return end_.newest;
}

void topic_store::detach(const std::shared_ptr<worker_outbox>& outbox)
{
    const lock held(mutex_);
    outboxes_.detach(outbox, totals_);
}

std::uint64_t topic_store::take(worker_outbox& outbox, std::vector<queued_event>& into, skipped_by_topic& skipped)
{
    const lock held(mutex_);
    outbox.take(into, skipped);
    return end_.newest;
}

result<topic_store::entry> topic_store::subscribe(std::vector<topic_pattern> topics, std::string name,
                                                  std::uint64_t client)
{
    sort_unique(topics);
    const std::lock_guard in_order(presence_);
    change([&] {
        if (table_.is_full()) {
            remove_idle(now_(), true);
        }
    });
    std::optional<topic_table::added_subscriber> added;
    std::uint64_t newest = 0;
    {
        const lock held(mutex_);
        added = table_.add_subscriber(std::move(topics), std::move(name), client, now_());
        if (!added) {
            return tl::unexpected(make_error_code(error::too_many_topics));
        }
        ++totals_.subscribers;
        newest = end_.newest;
    }
    for (const auto* topic : added->first) {
        if (const auto& hook = kinds_.options(topic->kind).on_first_subscriber) {
            hook(topic->name);
        }
    }
    return entry{std::move(added->filter), newest};
}

// Destructors call this function. Therefore it must not need memory.
void topic_store::unsubscribe(filter_pointer filter) noexcept
{
    auto& f = *filter;
    if (f.shared) { // the topic owns its filter, and may be destroyed when it has no subscriber
        static_cast<void>(filter.release());
    }
    const std::lock_guard in_order(presence_);
    outboxes woken;
    {
        const lock held(mutex_);
        table_.remove_subscriber(f, now_());
        for (auto* topic : f.topics) {
            if (topic->keep_alive && topic->never_had_an_event()) {
                remove_unused(*topic);
            }
        }
        --totals_.subscribers;
        outboxes_.take_woken(woken);
    }
    try {
        wake(woken);
    } catch (...) { // memory is exhausted; the next event wakes the workers
        static_cast<void>(woken);
    }
    topic_pointer last; // `last` may own `f`
    for (auto* topic : f.topics) {
        if (!topic->keep_alive) {
            continue;
        }
        last = std::move(topic->keep_alive);
        if (const auto& hook = kinds_.options(last->kind).on_last_subscriber) {
            hook(last->name);
        }
    }
}

// A topic without events has no past events. No client can resume there. If there is no memory to notify the workers,
// the topic is kept until it is idle.
void topic_store::remove_unused(topic_state& topic) noexcept
{
    try {
        outboxes_.reserve_one();
    } catch (const std::bad_alloc&) {
        return;
    }
    table_.remove(topic);
    outboxes_.push(kinds_.options(0).replay, topic.keep_alive, {}, end_.newest);
}

bool topic_store::make_room(std::string_view topic)
{
    bool has_room = true;
    change([&] {
        if (table_.is_full() && table_.find(topic) == nullptr) {
            remove_idle(now_(), true);
            has_room = !table_.is_full();
        }
    });
    return has_room;
}

void topic_store::sweep()
{
    change([&] { remove_idle(now_(), true); });
}

void topic_store::remove_idle(clock::time_point now, bool at_once)
{
    const auto removed = table_.remove_idle(now, at_once);
    if (removed.empty()) {
        return;
    }
    order_.drop_removed();
    for (const auto& topic : removed) {
        outboxes_.push(kinds_.options(0).replay, topic, {}, end_.newest);
    }
}

std::uint64_t topic_store::newest() const
{
    const lock held(mutex_);
    return end_.newest;
}

channel_stats topic_store::stats() const
{
    const lock held(mutex_);
    auto sum = totals_;
    outboxes_.add_to(sum);
    sum.topics = table_.size();
    const auto now = now_();
    table_.for_each([&](const topic_pointer& topic) {
        topic->buffer.expire(now);
        sum.held_events += topic->buffer.size();
        sum.held_bytes += topic->buffer.bytes();
    });
    sum.unsent_bytes = unsent_->bytes();
    sum.gaps = starts.gaps.load(std::memory_order_relaxed);
    sum.backfill_reads = starts.backfill_reads.load(std::memory_order_relaxed);
    sum.backfill_failures = starts.backfill_failures.load(std::memory_order_relaxed);
    sum.snapshots = starts.snapshots.load(std::memory_order_relaxed);
    sum.snapshot_failures = starts.snapshot_failures.load(std::memory_order_relaxed);
    return sum;
}

} // namespace rill::pubsub::detail
