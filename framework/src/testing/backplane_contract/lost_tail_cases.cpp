#include <algorithm>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"
#include "testing/backplane_contract/past_pages.hpp"

namespace rill::testing::contract {

namespace {

using type = observed_event::type;
using entries = recorder::entries;

/// The events of a case: those that the log still holds after lose_tail(), and those that it has lost.
struct losses
{
    std::vector<append_pointer> kept;
    std::vector<append_pointer> lost;
};

losses append_and_save(trial& t, pubsub::backplane& log)
{
    losses made{.kept = t.append_many(log, 20), .lost = {}};
    t.faults().save();
    made.lost = t.append_many(log, 10);
    return made;
}

// Returns the position of the gap between the lost events and the first later event. Fails if the reader has got no gap
// between them.
observed_event gap_before(const trial& t, const recorder& reader, const losses& events, const append_call& later)
{
    const auto all = reader.all();
    const auto end = std::ranges::find(all, later.id(), &observed_event::id);
    const auto begin = std::ranges::find(all, events.lost.back()->id(), &observed_event::id);
    t.expect(begin != all.end() && end != all.end() && begin < end,
             "expected the lost events and then later ones at a reader that was connected all the time");
    const auto gap = std::find_if(std::make_reverse_iterator(end), std::make_reverse_iterator(begin),
                                  [](const observed_event& e) { return e.kind == type::gap; });
    t.expect(gap.base() != begin,
             "expected on_gap() between the lost events and later ones, came " + describe(*end) + " without a gap");
    return *gap;
}

void check_ids(const trial& t, pubsub::backplane& log, const losses& events, const std::vector<append_pointer>& later)
{
    for (const auto& call : later) {
        for (const auto& lost : events.lost) {
            t.expect(call->id() != lost->id(), "expected that the id of a lost event is not used again, came " +
                                                   describe(*call) + " after " + describe(*lost));
        }
        t.expect(!log.ids_are_numbers() || std::stoull(call->id()) > std::stoull(events.lost.back()->id()),
                 "expected a number after all lost ones, came " + describe(*call));
    }
    if (log.holds_past()) {
        for (const auto& lost : events.lost) {
            expect_unknown(t, log, lost->id(), "a lost event");
        }
        for (const auto& kept : events.kept) {
            expect_unknown(t, log, kept->id(), "an event before the lost ones");
        }
    }
}

void every_reader_learns(trial& t)
{
    const auto log = t.open();
    const auto other = t.open();
    const std::vector<const recorder*> readers{&t.tail(log), &t.tail(other), &t.tail(t.open())};
    const auto events = append_and_save(t, *log);
    for (const auto* reader : readers) {
        t.await_event(*reader, *events.lost.back());
    }
    t.faults().lose_tail();
    std::vector<append_pointer> later;
    for (int i = 0; i != 10; ++i) {
        later.push_back(t.append_until_acknowledged(i % 2 == 0 ? *log : *other));
    }
    t.settle();
    for (const auto* reader : readers) {
        for (const auto& call : later) {
            t.await_event(*reader, *call);
        }
        const auto gap = gap_before(t, *reader, events, *later.front());
        const auto all = reader->all();
        t.expect(reader->violation().empty(), reader->violation());
        if (log->holds_past() && !gap.id.empty()) {
            await_reads(t, *log, gap.id);
            const auto after = std::ranges::find(all, gap.id, &observed_event::id);
            entries expected(after, all.end());
            std::erase_if(expected, [](const observed_event& e) { return e.kind != type::event; });
            expect_past(t, *log, gap.id, expected);
        }
    }
    check_ids(t, *other, events, later);
}

// The connection that appends first after the loss has no reader and was idle.
void idle_connection_appends(trial& t)
{
    const auto log = t.open();
    const auto idle = t.open();
    const auto& reader = t.tail(log);
    t.append_acknowledged(*idle);
    const auto events = append_and_save(t, *log);
    t.await_event(reader, *events.lost.back());
    t.faults().lose_tail();
    const std::vector<append_pointer> later{t.append_until_acknowledged(*idle)};
    t.await_event(reader, *later.front());
    static_cast<void>(gap_before(t, reader, events, *later.front()));
    t.expect(reader.violation().empty(), reader.violation());
    check_ids(t, *idle, events, later);
}

void new_connections(trial& t)
{
    auto log = t.open();
    const auto events = append_and_save(t, *log);
    t.close(log);
    t.faults().lose_tail();
    log = t.open();
    const auto& reader = t.tail(log);
    std::vector<append_pointer> later;
    for (int i = 0; i != 10; ++i) {
        later.push_back(t.append_until_acknowledged(*log));
    }
    t.await_event(reader, *later.back());
    check_ids(t, *log, events, later);
    if (log->holds_past()) {
        const auto all = reader.events();
        const auto first = std::ranges::find(all, later.front()->id(), &observed_event::id);
        expect_past(t, *log, later.front()->id(), {first + 1, all.end()});
    }
}

// The event of the first append is lost. Its key must be lost with it.
void retry_of_a_lost_event(trial& t)
{
    auto log = t.open();
    t.append_many(*log, 5);
    t.faults().save();
    const auto data = t.next_data();
    const auto lost = t.append(*log, {.data = data}, "contract", {}, "lost key");
    t.expect(t.await(*lost) == verdict::acknowledged, "expected an acknowledgment, came " + describe(*lost));
    t.close(log);
    t.faults().lose_tail();
    log = t.open();
    const auto& reader = t.tail(log);
    t.append_until_acknowledged(*log);
    const auto again_data = t.next_data();
    const auto again = t.append(*log, {.data = again_data}, "contract", {}, "lost key");
    t.expect(t.await(*again) == verdict::acknowledged, "expected an acknowledgment, came " + describe(*again));
    t.expect(again->id() != lost->id(),
             "expected a new event for the key of a lost event, came its id: " + describe(*again));
    t.await_event(reader, *again);
}

} // namespace

std::vector<case_entry> lost_tail_cases()
{
    return {{"each reader learns of lost events by a gap", {need::lose_tail_while_open}, every_reader_learns},
            {"a connection without a reader does not use lost ids again",
             {need::lose_tail_while_open},
             idle_connection_appends},
            {"a log that is opened after a loss does not use lost ids again", {need::lose_tail}, new_connections},
            {"the idempotency key of a lost event is lost, too",
             {need::lose_tail, need::idempotency_keys},
             retry_of_a_lost_event}};
}

} // namespace rill::testing::contract
