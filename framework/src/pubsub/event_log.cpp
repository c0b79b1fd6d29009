#include "pubsub/event_log.hpp"

#include <algorithm>

#include "pubsub/worker_log.hpp"

namespace rill::pubsub::detail {

bool interest::wants(const topic_state& topic) const noexcept
{
    return std::any_of(topics.begin(), topics.end(), [&](const auto* t) { return t == &topic; }) ||
           std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return p.matches(topic.name); });
}

event_log::event_log(log_settings settings, std::shared_ptr<backplane> plane)
    : settings_(std::move(settings)), plane_(std::move(plane)), numbers_(plane_->ids_are_numbers()),
      newest_(numbers_ && plane_->first_number() != 0 ? plane_->first_number() - 1 : 0), forgotten_(newest_)
{
    plane_->tail(*this);
}

event_log::~event_log()
{
    plane_->stop(*this);
}

result<event_id> event_log::publish(std::string_view topic, const sse::event& e, std::string_view key)
{
    auto draft = event_draft::make(e, topic, key);
    if (!draft) {
        return tl::unexpected(draft.error());
    }
    {
        const lock held(mutex_);
        if (topics_.size() >= settings_.topics && topics_.find(topic) == topics_.end()) {
            sweep_locked(clock::now());
            if (topics_.size() >= settings_.topics) {
                return tl::unexpected(make_error_code(error::too_many_topics));
            }
        }
    }
    return plane_->append(std::move(*draft), {});
}

topic_pointer event_log::find_or_create(std::string_view name)
{
    const auto found = topics_.find(name);
    if (found != topics_.end()) {
        return found->second;
    }
    const replay_buffer::settings settings{.limits = settings_.channel.replay,
                                           .latest_per_key = settings_.channel.slow == slow_policy::latest_per_key,
                                           .ids = numbers_ ? replay_buffer::id_kind::numbers
                                                           : replay_buffer::id_kind::opaque,
                                           .start = forgotten_};
    auto made = std::make_shared<topic_state>(std::string(name), settings);
    made->last_used = clock::now();
    topics_.emplace(made->name, made);
    return made;
}

result<interest_pointer> event_log::enter(std::vector<topic_pattern> topics, std::string who)
{
    interest_pointer wanted;
    if (topics.size() != 1 || !topics.front().is_exact() || !who.empty()) {
        wanted.reset(new interest{.who = std::move(who)});
    }
    const std::lock_guard in_order(presence_);
    std::vector<std::string_view> first;
    {
        const lock held(mutex_);
        sweep_locked(clock::now());
        const auto added = static_cast<std::size_t>(std::count_if(topics.begin(), topics.end(), [&](const auto& t) {
            return t.is_exact() && topics_.find(t.text()) == topics_.end();
        }));
        if (added > settings_.topics - std::min(settings_.topics, topics_.size())) {
            return tl::unexpected(make_error_code(error::too_many_topics));
        }
        for (auto& t : topics) {
            if (!t.is_exact()) {
                wanted->patterns.push_back(std::move(t));
                continue;
            }
            auto* topic = find_or_create(t.text()).get();
            if (!wanted) {
                wanted.reset(&topic->alone);
                if (topic->subscribers++ == 0) {
                    first.push_back(topic->name);
                }
                break;
            }
            if (std::find(wanted->topics.begin(), wanted->topics.end(), topic) != wanted->topics.end()) {
                continue;
            }
            wanted->topics.push_back(topic);
            if (topic->subscribers++ == 0) {
                first.push_back(topic->name);
            }
            if (!wanted->who.empty()) {
                ++topic->who[wanted->who];
            }
        }
        ++subscribers_;
    }
    if (settings_.channel.on_first_subscriber) {
        std::for_each(first.begin(), first.end(), settings_.channel.on_first_subscriber);
    }
    return wanted;
}

void event_log::leave(interest& i)
{
    const std::lock_guard in_order(presence_);
    std::vector<topic_pointer> last;
    {
        const lock held(mutex_);
        const auto now = clock::now();
        for (auto* topic : i.topics) {
            topic->last_used = now;
            if (--topic->subscribers == 0) {
                last.push_back(topics_.find(topic->name)->second);
            }
            if (const auto found = topic->who.find(i.who); found != topic->who.end() && --found->second == 0) {
                topic->who.erase(found);
            }
        }
        --subscribers_;
    }
    if (settings_.channel.on_last_subscriber) {
        for (const auto& topic : last) {
            settings_.channel.on_last_subscriber(topic->name);
        }
    }
}

topic_pointer event_log::pointer_to(const topic_state& topic) const
{
    const lock held(mutex_);
    return topics_.find(topic.name)->second;
}

template <class F>
void event_log::for_each_topic(const interest& i, F&& f) const
{
    for (auto* topic : i.topics) {
        f(*topic);
    }
    if (i.patterns.empty()) {
        return;
    }
    for (const auto& [name, topic] : topics_) {
        if (std::find(i.topics.begin(), i.topics.end(), topic.get()) == i.topics.end() && i.wants(*topic)) {
            f(*topic);
        }
    }
}

// The sequence number behind which the newest events begin that a stream without an id gets.
std::uint64_t event_log::history_start(const interest& i) const
{
    const auto wanted = settings_.channel.history;
    if (wanted == 0) {
        return newest_;
    }
    std::vector<std::uint64_t> held;
    for_each_topic(i, [&](const topic_state& topic) {
        const auto& buffer = topic.buffer;
        for (const auto* e = buffer.at_or_after(buffer.tail(buffer.end(), wanted, SIZE_MAX)); e != nullptr;
             e = buffer.at_or_after(e->at + 1))
        {
            held.push_back(e->sequence);
        }
    });
    if (held.empty()) {
        return newest_;
    }
    const auto nth = held.end() - static_cast<std::ptrdiff_t>(std::min(wanted, held.size()));
    std::nth_element(held.begin(), nth, held.end());
    return *nth - 1;
}

std::uint64_t event_log::lost_until(const interest& i) const
{
    std::uint64_t until = 0;
    for_each_topic(i, [&](const topic_state& topic) { until = std::max(until, topic.buffer.lost_sequence()); });
    return until;
}

const replay_buffer::entry* event_log::oldest_of(const interest& i) const
{
    const replay_buffer::entry* oldest = nullptr;
    for_each_topic(i, [&](const topic_state& topic) {
        const auto* e = topic.buffer.oldest();
        if (e != nullptr && (oldest == nullptr || e->sequence < oldest->sequence)) {
            oldest = e;
        }
    });
    return oldest;
}

event_log::beginning event_log::begin(const interest& i, std::string_view last_event_id)
{
    const lock held(mutex_);
    const auto now = clock::now();
    for_each_topic(i, [&](topic_state& topic) { topic.buffer.expire(now); });
    beginning start{.newest = newest_};
    start.place.told = lost_until(i);
    if (last_event_id.empty()) {
        start.place.seen = history_start(i);
        return start;
    }
    bool lost = false;
    auto sequence = numbers_ ? replay_buffer::number_of(last_event_id) : std::nullopt;
    for_each_topic(i, [&](const topic_state& topic) {
        const auto known = topic.buffer.sequence_of(last_event_id); // an event of any of them
        sequence = known ? known : sequence;
    });
    if (sequence) {
        for_each_topic(i, [&](const topic_state& topic) { lost = lost || !topic.buffer.after(*sequence); });
        lost = lost || (!i.patterns.empty() && *sequence < forgotten_); // perhaps in a topic that is gone
    }
    if (sequence && *sequence <= newest_ && !lost) {
        start.place.seen = *sequence;
        return start;
    }
    switch (settings_.channel.on_unknown_id) {
    case unknown_id::reset:
        start.place.seen = history_start(i);
        return start;
    case unknown_id::reject:
        start.unknown = true;
        return start;
    case unknown_id::gap:
        break;
    }
    ++gaps_;
    start.place.told = std::max(start.place.told, forgotten_);
    // Where ids are numbers the notice has one as well, with which a client gets the same rest again.
    const auto* oldest = oldest_of(i);
    start.place.seen = oldest == nullptr ? newest_ : oldest->sequence - 1;
    start.gap = make_gap(last_event_id, oldest == nullptr ? std::string_view() : oldest->event.id(),
                         numbers_ ? std::to_string(start.place.seen) : std::string());
    return start;
}

// Few topics: looks into each of them for each event. Many, as a pattern may have: takes some from each, and sorts.
event_log::collected event_log::collect(const interest& i, const cursor& place, std::uint64_t until, std::size_t count,
                                        std::vector<found_event>& into) const
{
    const lock held(mutex_);
    collected outcome;
    const auto first = into.size();
    for_each_topic(i, [&](const topic_state& topic) {
        const auto& buffer = topic.buffer;
        auto next = buffer.after(place.seen);
        if (!next) {
            outcome.lost_until = std::max(outcome.lost_until, buffer.lost_sequence());
            outcome.lost = outcome.lost || buffer.lost_sequence() > place.told;
            next = buffer.oldest() != nullptr ? buffer.oldest()->at : buffer.end();
        }
        if (const auto end = buffer.after(until)) {
            outcome.remaining += *end - std::min(*end, *next);
            outcome.remaining_bytes += buffer.bytes_between(*next, *end);
        }
        const auto* e = buffer.at_or_after(*next);
        for (std::size_t taken = 0; taken < count && e != nullptr && e->sequence <= until; ++taken) {
            into.push_back({e->event, e->sequence});
            e = buffer.at_or_after(e->at + 1);
        }
    });
    if (!i.patterns.empty() && forgotten_ > place.seen) { // perhaps in a topic that is gone
        outcome.lost = outcome.lost || forgotten_ > place.told;
        outcome.lost_until = std::max(outcome.lost_until, forgotten_);
    }
    if (i.topics.size() + i.patterns.size() > 1 || !i.patterns.empty()) {
        const auto begin = into.begin() + static_cast<std::ptrdiff_t>(first);
        std::sort(begin, into.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
        into.resize(std::min(into.size(), first + count));
    }
    return outcome;
}

std::uint64_t event_log::attach(const std::shared_ptr<worker_link>& link)
{
    const lock held(mutex_);
    workers_.push_back(link);
    return newest_;
}

void event_log::detach(const std::shared_ptr<worker_link>& link)
{
    const lock held(mutex_);
    std::erase(workers_, link);
    former_.delivered += link->delivered;
    former_.dropped += link->dropped;
    former_.conflated += link->conflated;
    former_.evicted_slow += link->evicted_slow;
    former_.evicted_full += link->evicted_full;
    former_.timed_out += link->timed_out;
}

std::uint64_t event_log::take(worker_link& link, std::vector<log_item>& into,
                              std::vector<worker_link::skipped>& overflow)
{
    const lock held(mutex_);
    link.notified = false;
    link.pending_bytes = 0;
    into.swap(link.pending);
    link.pending.clear();
    overflow.swap(link.overflow);
    link.overflow.clear();
    return newest_;
}

void event_log::on_event(event_draft draft, std::string_view id, std::uint64_t number)
{
    const lock held(mutex_);
    // A log whose numbers do not rise would be wrong; the order is kept in any case.
    const auto sequence = numbers_ ? std::max(number, newest_ + 1) : newest_ + 1;
    const auto topic = find_or_create(draft.topic());
    ++published_;
    add(topic, std::move(draft).finish(id), sequence);
}

void event_log::on_gap()
{
    const lock held(mutex_);
    for (const auto& [name, topic] : topics_) {
        const auto oldest = topic->buffer.oldest();
        const auto* newest = topic->buffer.newest();
        add(topic,
            make_gap(newest == nullptr ? std::string_view() : newest->event.id(),
                     oldest == nullptr ? std::string_view() : oldest->event.id()),
            newest_ + 1);
    }
}

void event_log::add(const topic_pointer& topic, encoded_event event, std::uint64_t sequence)
{
    const auto now = clock::now();
    newest_ = sequence;
    topic->last_used = now;
    for (const auto& worker : workers_) {
        tell(*worker, topic, event, sequence);
    }
    topic->buffer.append(std::move(event), sequence, now);
    sweep_locked(now);
}

namespace {

void count_skipped(std::vector<worker_link::skipped>& sums, const log_item& item)
{
    if (!item.event) {
        return;
    }
    auto found = std::find_if(sums.begin(), sums.end(), [&](const auto& s) { return s.topic == item.topic; });
    if (found == sums.end()) {
        found = sums.insert(sums.end(), {item.topic, 0, 0});
    }
    ++found->events;
    found->bytes += item.event.footprint();
}

} // namespace

// One message for each worker and for all that is published until it is read. A worker may have as much waiting as the
// log may hold of a topic; beyond that its streams are behind, each for itself, and find in the log what they miss.
void event_log::tell(worker_link& link, const topic_pointer& topic, const encoded_event& event, std::uint64_t sequence)
{
    const auto& limits = settings_.channel.replay;
    link.pending_bytes += event.footprint();
    if (event && (!link.overflow.empty() || (!link.pending.empty() && (link.pending.size() >= limits.events ||
                                                                       link.pending_bytes > limits.bytes))))
    {
        link.pending.push_back({topic, event, sequence});
        for (const auto& item : link.pending) {
            count_skipped(link.overflow, item);
        }
        std::erase_if(link.pending, [](const log_item& item) { return bool(item.event); });
        return;
    }
    link.pending.push_back({topic, event, sequence});
    if (!std::exchange(link.notified, true)) {
        link.address.post([worker = link.worker] {
            if (const auto alive = worker.lock()) {
                alive->run();
            }
        });
    }
}

void event_log::sweep()
{
    const lock held(mutex_);
    next_sweep_ = {};
    sweep_locked(clock::now());
}

void event_log::sweep_locked(clock::time_point now)
{
    if (settings_.idle.count() == 0 || (now < next_sweep_ && topics_.size() < settings_.topics)) {
        return;
    }
    next_sweep_ = now + settings_.idle / 4;
    for (auto i = topics_.begin(); i != topics_.end();) {
        const auto topic = i->second;
        if (topic->subscribers != 0 || now - topic->last_used < settings_.idle) {
            ++i;
            continue;
        }
        if (const auto* newest = topic->buffer.newest()) {
            forgotten_ = std::max(forgotten_, newest->sequence);
        }
        forgotten_ = std::max(forgotten_, topic->buffer.lost_sequence());
        i = topics_.erase(i);
        for (const auto& worker : workers_) {
            tell(*worker, topic, {}, newest_);
        }
    }
}

bool event_log::hold_unsent(std::size_t bytes) noexcept
{
    if (unsent_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= settings_.channel.unsent_bytes) {
        return true;
    }
    release_unsent(bytes);
    return false;
}

void event_log::release_unsent(std::size_t bytes) noexcept
{
    unsent_.fetch_sub(bytes, std::memory_order_relaxed);
}

statistics event_log::stats() const
{
    const lock held(mutex_);
    auto sum = former_;
    for (const auto& worker : workers_) {
        sum.delivered += worker->delivered;
        sum.dropped += worker->dropped;
        sum.conflated += worker->conflated;
        sum.evicted_slow += worker->evicted_slow;
        sum.evicted_full += worker->evicted_full;
        sum.timed_out += worker->timed_out;
    }
    sum.published = published_;
    sum.gaps = gaps_;
    sum.subscribers = subscribers_;
    sum.topics = topics_.size();
    for (const auto& [name, topic] : topics_) {
        sum.held_events += topic->buffer.size();
        sum.held_bytes += topic->buffer.bytes();
    }
    sum.unsent_bytes = unsent_.load(std::memory_order_relaxed);
    return sum;
}

std::vector<std::string> event_log::topics() const
{
    const lock held(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, topic] : topics_) {
        names.push_back(name);
    }
    return names;
}

std::size_t event_log::subscribers(std::string_view topic) const
{
    const lock held(mutex_);
    const auto found = topics_.find(topic);
    return found == topics_.end() ? 0 : found->second->subscribers;
}

std::vector<std::string> event_log::who(std::string_view topic) const
{
    const lock held(mutex_);
    std::vector<std::string> names;
    if (const auto found = topics_.find(topic); found != topics_.end()) {
        for (const auto& [name, count] : found->second->who) {
            names.push_back(name);
        }
    }
    return names;
}

} // namespace rill::pubsub::detail
