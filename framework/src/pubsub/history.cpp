#include "pubsub/history.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace rill::pubsub::detail {

namespace {

constexpr std::size_t max_looks = 1024; // limits the time for which the mutex of the store is held

} // namespace

std::optional<std::uint64_t> history::sequence_of(std::string_view id) const
{
    if (end_.numeric_ids) {
        return replay_buffer::number_of(id);
    }
    std::optional<std::uint64_t> sequence;
    for_each_topic([&](const topic_state& topic) {
        const auto known = topic.buffer.sequence_of(id);
        sequence = known ? known : sequence;
    });
    if (!sequence && id == end_.begin_id) {
        return end_.begin_at;
    }
    return sequence || id != end_.last_id ? sequence : end_.last_id_at;
}

std::optional<std::uint64_t> history::sequence_in_any_topic(std::string_view id) const
{
    if (id.empty()) {
        return 0;
    }
    auto sequence = sequence_of(id);
    if (!sequence && !end_.numeric_ids) {
        topics_.for_each([&](const topic_pointer& topic) {
            const auto known = topic->buffer.sequence_of(id);
            sequence = known ? known : sequence;
        });
    }
    return sequence;
}

std::optional<std::uint64_t> history::count_after(std::uint64_t sequence) const
{
    if (!holds_all_after(sequence) || next_gap(sequence, end_.newest) != nullptr) {
        return std::nullopt;
    }
    std::vector<found_event> none;
    return collect_by_topic({.seen = sequence, .known_lost = sequence}, end_.newest, 0, none).remaining;
}

bool history::holds_all_after(std::uint64_t sequence) const
{
    if (sequence < end_.known_after) {
        return false;
    }
    // A removed topic may have matched a pattern.
    bool lost = !filter_.patterns.empty() && sequence < topics_.removed().lost_until();
    for_each_topic([&](const topic_state& topic) { lost = lost || !topic.buffer.after(sequence); });
    return !lost;
}

start_point history::resume(std::uint64_t sequence) const
{
    return {.position = {.seen = sequence, .known_lost = lost_until()},
            .requested_until = std::max(end_.newest, sequence),
            .gap = {},
            .resumed = true};
}

start_point history::start_with_snapshot(unknown_id how, std::string_view id) const
{
    if (how == unknown_id::reject) {
        return {.rejected = true};
    }
    start_point start{.requested_until = UINT64_MAX, .needs_snapshot = true};
    if (how == unknown_id::gap) {
        const auto* first = oldest();
        start.gap = make_gap(id, first == nullptr ? std::string_view() : first->event.id());
    }
    return start;
}

start_point history::start(unknown_id how, std::string_view id, const channel_options& options, std::uint64_t entered,
                           std::uint64_t received) const
{
    start_point start{.requested_until = end_.newest};
    start.position.known_lost = lost_until();
    switch (how) {
    case unknown_id::reset:
        start.position.seen = std::min(history_start(options.history), entered);
        return start;
    case unknown_id::reject:
        start.rejected = true;
        return start;
    case unknown_id::gap:
        break;
    }
    start.position.known_lost = std::max(start.position.known_lost, topics_.removed().lost_until());
    // If ids are numbers, the notice has an id too. A client that resumes with that id gets the same events again.
    const auto* first = oldest();
    start.position.seen = std::max(first == nullptr ? end_.newest : first->sequence - 1, received);
    start.gap = make_gap(id, first == nullptr ? std::string_view() : first->event.id(),
                         end_.numeric_ids ? id_at(start.position.seen) : std::string());
    return start;
}

// A stream without a last event ID gets the newest events. Returns the sequence number directly before them.
std::uint64_t history::history_start(std::size_t events) const
{
    if (events == 0) {
        return end_.newest;
    }
    std::size_t all = 0;
    for_each_topic([&](const topic_state& topic) { all += topic.buffer.size(); });
    if (events >= all) {
        const auto* first = oldest();
        return first == nullptr ? end_.newest : first->sequence - 1;
    }
    std::vector<std::uint64_t> held;
    for_each_topic([&](const topic_state& topic) {
        const auto& buffer = topic.buffer;
        for (const auto* e = buffer.at_or_after(buffer.last(events)); e != nullptr; e = buffer.at_or_after(e->at + 1)) {
            held.push_back(e->sequence);
        }
    });
    const auto nth = held.end() - static_cast<std::ptrdiff_t>(events);
    std::nth_element(held.begin(), nth, held.end());
    return *nth - 1;
}

std::uint64_t history::lost_until() const
{
    std::uint64_t until = 0;
    for_each_topic([&](const topic_state& topic) { until = std::max(until, topic.buffer.lost_sequence()); });
    return until;
}

const replay_buffer::entry* history::oldest() const
{
    const replay_buffer::entry* oldest = nullptr;
    for_each_topic([&](const topic_state& topic) {
        const auto* e = topic.buffer.oldest();
        if (e != nullptr && (oldest == nullptr || e->sequence < oldest->sequence)) {
            oldest = e;
        }
    });
    return oldest;
}

log_id history::id_at(std::uint64_t seen) const
{
    if (end_.numeric_ids) {
        return end_.has_begun ? std::to_string(seen) : log_id();
    }
    // Uses only ids of topics of this stream, because sequence_of() does not search other topics.
    const replay_buffer::entry* newest = nullptr;
    for_each_topic([&](const topic_state& topic) {
        const auto* e = topic.buffer.newest_until(seen);
        if (e != nullptr && !e->event.id().empty() && (newest == nullptr || e->sequence > newest->sequence)) {
            newest = e;
        }
    });
    const bool precedes_begin = newest != nullptr && newest->sequence < end_.begin_at && end_.begin_at <= seen;
    if (precedes_begin && !end_.begin_id.empty()) { // otherwise the client would get the gap before `begin_id` again
        return end_.begin_id;
    }
    if (newest != nullptr) {
        return log_id(newest->event.id());
    }
    return end_.last_id_at <= seen ? end_.last_id : log_id();
}

const log_gap* history::next_gap(std::uint64_t seen, std::uint64_t until) const noexcept
{
    const auto gap = std::ranges::upper_bound(end_.gaps, seen, {}, &log_gap::sequence);
    return gap == end_.gaps.end() || gap->sequence > until ? nullptr : &*gap;
}

collected history::collect(const cursor& position, std::uint64_t until, std::size_t count,
                           std::vector<found_event>& into) const
{
    auto from = position;
    from.seen = std::max(from.seen, end_.known_after);
    const auto* gap = next_gap(from.seen, until);
    if (gap == nullptr || count == 0) {
        return collect_events(from, until, count, into);
    }
    const auto first = into.size();
    auto outcome = collect_events(from, gap->sequence - 1, count, into);
    if (!outcome.lost && outcome.scanned_until == 0 && into.size() - first != count) {
        into.push_back({gap->notice, gap->sequence});
    }
    return outcome;
}

collected history::collect_events(const cursor& position, std::uint64_t until, std::size_t count,
                                  std::vector<found_event>& into) const
{
    collected outcome;
    if (!filter_.patterns.empty() && count != 0 && collect_in_order(position, until, count, into, outcome)) {
        return outcome;
    }
    return collect_by_topic(position, until, count, into);
}

// Searches in the order of all events. Returns false if the order begins after the cursor, or if a loss has not been
// reported to the stream. Then collect_by_topic() must search.
bool history::collect_in_order(const cursor& position, std::uint64_t until, std::size_t count,
                               std::vector<found_event>& into, collected& outcome) const
{
    if (!order_.is_complete_after(position.seen) ||
        topics_.removed().lost_until() > std::max(position.seen, position.known_lost))
    {
        return false;
    }
    const auto first = into.size();
    std::size_t looks = 0;
    for (auto next = order_.after(position.seen); next != order_.end() && next->sequence <= until; ++next, ++looks) {
        if (looks == max_looks) {
            outcome.scanned_until = into.size() == first ? std::prev(next)->sequence : 0;
            return true;
        }
        if (!filter_.selects(*next->topic)) {
            continue;
        }
        const auto& buffer = next->topic->buffer;
        const auto at = buffer.after(next->sequence - 1);
        if (!at) {
            if (buffer.lost_sequence() > position.known_lost) {
                into.resize(first);
                return false;
            }
            continue;
        }
        const auto* e = buffer.at_or_after(*at);
        if (e != nullptr && e->sequence == next->sequence) { // otherwise a newer event has replaced this one
            into.push_back({e->event, e->sequence});
            if (into.size() - first == count) {
                return true;
            }
        }
    }
    return true;
}

// Takes up to `count` events from each topic. Sorts them and keeps the first `count` events.
collected history::collect_by_topic(const cursor& position, std::uint64_t until, std::size_t count,
                                    std::vector<found_event>& into) const
{
    collected outcome;
    const auto first = into.size();
    for_each_topic([&](const topic_state& topic) {
        const auto& buffer = topic.buffer;
        auto next = buffer.after(position.seen);
        if (!next) {
            outcome.lost_until = std::max(outcome.lost_until, buffer.lost_sequence());
            outcome.lost = outcome.lost || buffer.lost_sequence() > position.known_lost;
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
    // A removed topic may have matched a pattern.
    const auto removed_until = topics_.removed().lost_until();
    if (!filter_.patterns.empty() && removed_until > position.seen) {
        outcome.lost = outcome.lost || removed_until > position.known_lost;
        outcome.lost_until = std::max(outcome.lost_until, removed_until);
    }
    if (filter_.topics.size() > 1 || !filter_.patterns.empty()) {
        const auto begin = into.begin() + static_cast<std::ptrdiff_t>(first);
        std::sort(begin, into.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
        into.resize(std::min(into.size(), first + count));
    }
    return outcome;
}

} // namespace rill::pubsub::detail
