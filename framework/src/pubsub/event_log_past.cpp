// What a stream finds that looks back: where it begins, and what comes next.

#include "pubsub/event_log.hpp"

#include <algorithm>

#include "pubsub/past_reading.hpp"

namespace rill::pubsub::detail {

template <class F>
void event_log::for_each_topic(const interest& i, F&& f) const
{
    for (auto* topic : i.topics) {
        f(*topic);
    }
    for (const auto& prefix : i.prefixes) {
        for (auto at = topics_.lower_bound(prefix); at != topics_.end() && at->first.starts_with(prefix); ++at) {
            if (i.matches(at->first) && !i.names(*at->second)) {
                f(*at->second);
            }
        }
    }
}

// The sequence number behind which the newest events begin that a stream without an id gets.
std::uint64_t event_log::history_start(const interest& i) const
{
    const auto wanted = options(i.kind).history;
    if (wanted == 0) {
        return newest_;
    }
    std::size_t all = 0;
    for_each_topic(i, [&](const topic_state& topic) { all += topic.buffer.size(); });
    if (wanted >= all) { // as with everything
        const auto* oldest = oldest_of(i);
        return oldest == nullptr ? newest_ : oldest->sequence - 1;
    }
    std::vector<std::uint64_t> held;
    for_each_topic(i, [&](const topic_state& topic) {
        const auto& buffer = topic.buffer;
        for (const auto* e = buffer.at_or_after(buffer.last(wanted)); e != nullptr; e = buffer.at_or_after(e->at + 1)) {
            held.push_back(e->sequence);
        }
    });
    const auto nth = held.end() - static_cast<std::ptrdiff_t>(wanted);
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

// Of an event that any topic of the stream has or had not long ago, or of the one behind which the log has begun, or of
// the last one.
std::optional<std::uint64_t> event_log::sequence_of(const interest& i, std::string_view id) const
{
    if (numbers_) {
        return replay_buffer::number_of(id);
    }
    std::optional<std::uint64_t> sequence;
    for_each_topic(i, [&](const topic_state& topic) {
        const auto known = topic.buffer.sequence_of(id);
        sequence = known ? known : sequence;
    });
    if (!sequence && id == begun_behind_) {
        return begun_at_;
    }
    return sequence || id != last_id_ ? sequence : last_id_at_;
}

bool event_log::holds_all_behind(const interest& i, std::uint64_t sequence) const
{
    bool lost = !i.patterns.empty() && sequence < forgotten_; // perhaps in a topic that is gone
    for_each_topic(i, [&](const topic_state& topic) { lost = lost || !topic.buffer.after(sequence); });
    return !lost;
}

event_log::beginning event_log::begin(const interest& i, std::string_view last_event_id, std::uint64_t entered)
{
    const lock held(mutex_);
    const auto now = settings_.now();
    for_each_topic(i, [&](topic_state& topic) { topic.buffer.expire(now); });
    if (last_event_id.empty()) {
        return without_place(i, last_event_id, entered, unknown_id::reset);
    }
    const auto sequence = sequence_of(i, last_event_id);
    if (sequence && *sequence <= newest_ && holds_all_behind(i, *sequence)) {
        return {.place = {.seen = *sequence, .told = lost_until(i)}, .newest = newest_, .resumed = true};
    }
    if (plane_->holds_past()) {
        return {.newest = UINT64_MAX, .past = std::make_shared<past_reading>(last_event_id, entered)};
    }
    return without_place(i, last_event_id, entered, options(i.kind).on_unknown_id);
}

std::optional<event_log::beginning> event_log::begin_behind(const interest& i, const past_reading& past) const
{
    const lock held(mutex_);
    auto sequence = sequence_of(i, past.behind());
    if (!sequence) { // the event before the next one may be one of a topic that the stream has not
        if (const auto topic = topics_.find(past.topic()); topic != topics_.end()) {
            sequence = topic->second->buffer.sequence_of(past.behind());
        }
    }
    if (!sequence || !holds_all_behind(i, *sequence)) {
        return std::nullopt;
    }
    return beginning{.place = {.seen = *sequence, .told = lost_until(i)}, .newest = std::max(newest_, *sequence)};
}

event_log::beginning event_log::begin_without(const interest& i, const past_reading& past)
{
    if (past.failure() != error::unknown_event_id) {
        past_failures_.fetch_add(1, std::memory_order_relaxed);
    }
    const lock held(mutex_);
    const auto how = past.has_begun() ? unknown_id::gap : options(i.kind).on_unknown_id;
    return without_place(i, past.behind(), past.entered(), how);
}

std::uint64_t event_log::read_after(std::string_view id, std::size_t count, backplane::past_read done)
{
    const auto newest_now = newest();
    past_reads_.fetch_add(1, std::memory_order_relaxed);
    plane_->read_after(id, count, std::move(done));
    return newest_now;
}

event_id event_log::id_of(const interest& i, std::uint64_t seen) const
{
    if (numbers_) {
        return std::to_string(seen);
    }
    const lock held(mutex_);
    const replay_buffer::entry* newest = nullptr; // of its topics: others' ids are not looked for when it comes back
    for_each_topic(i, [&](const topic_state& topic) {
        const auto* e = topic.buffer.newest_until(seen);
        if (e != nullptr && !e->event.id().empty() && (newest == nullptr || e->sequence > newest->sequence)) {
            newest = e;
        }
    });
    if (newest != nullptr) {
        return event_id(newest->event.id());
    }
    return last_id_at_ <= seen ? last_id_ : event_id();
}

std::uint64_t event_log::newest() const
{
    const lock held(mutex_);
    return newest_;
}

event_log::beginning event_log::without_place(const interest& i, std::string_view id, std::uint64_t entered,
                                              unknown_id how)
{
    beginning start{.newest = newest_};
    start.place.told = lost_until(i);
    switch (how) {
    case unknown_id::reset:
        start.place.seen = std::min(history_start(i), entered);
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
    start.gap = make_gap(id, oldest == nullptr ? std::string_view() : oldest->event.id(),
                         numbers_ ? std::to_string(start.place.seen) : std::string());
    return start;
}

namespace {

constexpr std::size_t most_in_order = 64UL * 1024; // a mebibyte
constexpr std::size_t looks_at_once = 1024;        // while the mutex is held

} // namespace

void event_log::note_order(std::uint64_t sequence, topic_state& topic)
{
    try {
        order_.push_back({sequence, &topic});
    } catch (...) { // no memory: what came up to here is looked for in the topics
        order_.clear();
        order_from_ = sequence;
        return;
    }
    if (order_.size() > most_in_order) {
        order_from_ = order_.front().sequence;
        order_.pop_front();
    }
}

void event_log::forget_removed()
{
    std::erase_if(order_, [](const ordered& e) { return e.topic->removed; });
}

event_log::collected event_log::collect(const interest& i, const cursor& place, std::uint64_t until, std::size_t count,
                                        std::vector<found_event>& into) const
{
    const lock held(mutex_);
    collected outcome;
    if (!i.patterns.empty() && count != 0 && collect_in_order(i, place, until, count, into, outcome)) {
        return outcome;
    }
    return collect_by_topic(i, place, until, count, into);
}

// Follows the order of all events. False where that does not reach back far enough, or something is lost of which the
// stream does not know: that is to be looked for in the topics.
bool event_log::collect_in_order(const interest& i, const cursor& place, std::uint64_t until, std::size_t count,
                                 std::vector<found_event>& into, collected& outcome) const
{
    if (place.seen < order_from_ || forgotten_ > std::max(place.seen, place.told)) {
        return false;
    }
    auto next = std::upper_bound(order_.begin(), order_.end(), place.seen,
                                 [](std::uint64_t seen, const ordered& e) { return seen < e.sequence; });
    const auto first = into.size();
    for (std::size_t looks = 0; next != order_.end() && next->sequence <= until; ++next, ++looks) {
        if (looks == looks_at_once) {
            outcome.passed = into.size() == first ? std::prev(next)->sequence : 0;
            return true;
        }
        if (!i.wants(*next->topic)) {
            continue;
        }
        const auto& buffer = next->topic->buffer;
        const auto at = buffer.after(next->sequence - 1);
        if (!at) {
            if (buffer.lost_sequence() > place.told) {
                into.resize(first);
                return false;
            }
            continue;
        }
        const auto* e = buffer.at_or_after(*at);
        if (e != nullptr && e->sequence == next->sequence) { // otherwise a newer one has replaced it
            into.push_back({e->event, e->sequence});
            if (into.size() - first == count) {
                return true;
            }
        }
    }
    return true;
}

// Few topics: looks into each of them for each event. Many, as a pattern may have: takes some from each, and sorts.
event_log::collected event_log::collect_by_topic(const interest& i, const cursor& place, std::uint64_t until,
                                                 std::size_t count, std::vector<found_event>& into) const
{
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

} // namespace rill::pubsub::detail
