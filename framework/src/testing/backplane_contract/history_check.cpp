#include "testing/backplane_contract/history_check.hpp"

#include <algorithm>
#include <unordered_map>

namespace rill::testing::contract {

namespace {

using type = observed_event::type;
using entries = recorder::entries;

/// The appends of a trial. They are found by the data, or by the id if they have no data.
class append_index
{
public:
    explicit append_index(const trial& t)
    {
        for (const auto& append : t.appends()) {
            if (!append->event().data.empty()) {
                by_data_.emplace(append->event().data, append);
            } else if (append->outcome() == verdict::acknowledged) {
                by_id_.emplace(append->id(), append);
            }
        }
    }

    const append_call* find(const observed_event& delivered) const
    {
        const auto& in = delivered.data.empty() ? by_id_ : by_data_;
        const auto found = in.find(delivered.data.empty() ? delivered.id : delivered.data);
        return found == in.end() ? nullptr : found->second.get();
    }

private:
    std::unordered_map<std::string, append_pointer> by_data_;
    std::unordered_map<std::string, append_pointer> by_id_;
};

void check_delivered(const trial& t, const append_index& appends, const entries& events)
{
    for (const auto& delivered : events) {
        const auto* append = appends.find(delivered);
        t.expect(append != nullptr, "expected only appended events, came " + describe(delivered));
        t.expect(append->outcome() != verdict::refused,
                 "expected no refused event, came " + describe(delivered) + " after " + describe(*append));
        const auto changed = difference(append->event(), delivered);
        t.expect(changed.empty(), "expected the fields of the publisher in " + describe(delivered) + ": " + changed);
        t.expect(append->outcome() != verdict::acknowledged || !append->key().empty() || append->id() == delivered.id,
                 "expected the id of the acknowledgment, came " + describe(delivered) + " after " + describe(*append));
    }
}

void check_acknowledged(const trial& t, const append_index& appends, const entries& events)
{
    std::unordered_map<std::string, const observed_event*> by_id;
    for (const auto& delivered : events) {
        by_id.emplace(delivered.id, &delivered);
    }
    for (const auto& append : t.appends()) {
        if (append->outcome() != verdict::acknowledged) {
            continue;
        }
        const auto found = by_id.find(append->id());
        t.expect(found != by_id.end(),
                 "expected each acknowledged event, a reader has not received it: " + describe(*append));
        const auto* delivered = appends.find(*found->second);
        t.expect(delivered == append.get() ||
                     (delivered != nullptr && !append->key().empty() && delivered->key() == append->key()),
                 "expected the appended event under its id, came " + describe(*found->second) + " after " +
                     describe(*append));
    }
}

// If an append has ended before another one begins, its event comes first.
void check_real_time_order(const trial& t, const append_index& appends, const entries& events)
{
    const append_call* earliest_end = nullptr; // of the events after the present one
    for (auto e = events.rbegin(); e != events.rend(); ++e) {
        const auto* append = appends.find(*e);
        if (append == nullptr || append->outcome() != verdict::acknowledged || !append->key().empty()) {
            continue;
        }
        t.expect(earliest_end == nullptr || !earliest_end->ended_before(*append),
                 "expected the event of an earlier append first, came " + describe(*e) + " before " +
                     (earliest_end == nullptr ? std::string() : describe(*earliest_end)));
        if (earliest_end == nullptr || append->ended_first(*earliest_end)) {
            earliest_end = append;
        }
    }
}

// The events of both readers in the order of `all`, without the events that one of them has not received.
void check_same_order(const trial& t, const entries& one, const entries& other)
{
    std::unordered_map<std::string, std::size_t> place;
    for (std::size_t i = 0; i != one.size(); ++i) {
        place.emplace(one[i].id, i);
    }
    std::size_t last = 0;
    for (const auto& event : other) {
        const auto found = place.find(event.id);
        if (found == place.end()) {
            continue;
        }
        t.expect(found->second >= last,
                 "expected the same order at each reader, came another place of " + describe(event));
        last = found->second;
    }
}

/// The events after the last gap of a reader.
struct end_part
{
    entries events;
    bool is_stopped = false; ///< later events may be missing

    explicit end_part(const recorder& reader) : events(reader.all()), is_stopped(reader.is_stopped())
    {
        const auto gap =
            std::find_if(events.rbegin(), events.rend(), [](const auto& e) { return e.kind == type::gap; });
        events.erase(events.begin(), gap.base());
        std::erase_if(events, [](const observed_event& e) { return e.kind != type::event; });
    }
    bool has(const observed_event& event) const
    {
        return std::ranges::find(events, event.id, &observed_event::id) != events.end();
    }
};

// The part that begins later must be the end of the other one.
void check_same_end(const trial& t, const end_part& one, const end_part& other)
{
    if (one.events.empty() || other.events.empty()) {
        return;
    }
    const bool starts_in_one = one.has(other.events.front());
    const auto& longer = starts_in_one ? one : other;
    const auto& shorter = starts_in_one ? other : one;
    auto at = std::ranges::find(longer.events, shorter.events.front().id, &observed_event::id);
    if (at == longer.events.end()) {
        return;
    }
    for (const auto& event : shorter.events) {
        if (at == longer.events.end() && longer.is_stopped) {
            return;
        }
        t.expect(at != longer.events.end() && at->id == event.id,
                 "expected each event or a gap before it, a reader misses an event before " + describe(event));
        ++at;
    }
    t.expect(at == longer.events.end() || shorter.is_stopped,
             "expected each event or a gap before it, a reader misses the last events");
}

} // namespace

void check_history(const trial& t)
{
    const append_index appends(t);
    const auto readers = t.readers();
    const auto all = readers.front()->events();
    for (const auto* reader : readers) {
        t.expect(reader->violation().empty(), reader->violation());
        t.expect(reader->gaps() == 0, "expected no gap because no event is lost, came on_gap()");
    }
    check_delivered(t, appends, all);
    check_acknowledged(t, appends, all);
    check_real_time_order(t, appends, all);
    for (const auto* reader : readers) {
        expect_follows(t, all, reader->begin().id, reader->events(), "a reader");
    }
}

void check_history_with_gaps(const trial& t)
{
    const append_index appends(t);
    const auto readers = t.readers();
    for (const auto* reader : readers) {
        t.expect(reader->violation().empty(), reader->violation());
        const auto events = reader->events();
        check_delivered(t, appends, events);
        if (reader == readers.front() && reader->gaps() == 0 && !reader->is_stopped()) {
            check_acknowledged(t, appends, events);
        }
        check_same_order(t, readers.front()->events(), events);
    }
    for (const auto* reader : readers) {
        check_same_end(t, end_part(*readers.front()), end_part(*reader));
    }
}

void expect_follows(const trial& t, const entries& all, std::string_view after, const entries& events,
                    std::string_view who)
{
    auto expected = std::ranges::find(all, after, &observed_event::id);
    expected = expected == all.end() ? all.begin() : expected + 1;
    for (const auto& event : events) {
        t.expect(expected != all.end(),
                 "expected no further event at " + std::string(who) + ", came " + describe(event));
        t.expect(expected->id == event.id,
                 "expected " + describe(*expected) + " at " + std::string(who) + ", came " + describe(event));
        const auto changed = difference(*expected, event);
        t.expect(changed.empty(),
                 "expected equal fields at " + std::string(who) + " in " + describe(event) + ": " + changed);
        ++expected;
    }
}

} // namespace rill::testing::contract
