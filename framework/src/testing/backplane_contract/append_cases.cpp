#include <algorithm>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"
#include "testing/backplane_contract/past_pages.hpp"
#include "testing/backplane_contract/publishers.hpp"
#include "testing/backplane_contract/sample_events.hpp"

namespace rill::testing::contract {

namespace {

void acknowledged_events_arrive(trial& t)
{
    const auto log = t.open();
    t.tail(log);
    t.append_many(*log, 50);
    t.settle();
    check_history(t);
}

void one_order(trial& t)
{
    constexpr std::size_t connections = 3;
    for (std::size_t i = 0; i != connections; ++i) {
        t.tail(t.open());
    }
    publishers all(t, 4, 100);
    all.join();
    t.settle();
    check_history(t);
}

void refused_events_never_arrive(trial& t)
{
    const auto log = t.open();
    t.tail(log);
    for (int i = 0; i != 5; ++i) {
        const auto data = t.next_data();
        t.await(*t.append(*log, {.data = data, .id = "contract-id"})); // the log may refuse it or ignore the id
        t.append_acknowledged(*log);
    }
    t.settle();
    t.settle();
    check_history(t);
}

void fields_survive(trial& t)
{
    const auto log = t.open();
    const auto other = t.open();
    const auto& reader = t.tail(log);
    t.tail(other);
    for (const auto& sample : sample_events()) {
        const auto call = t.append(*log, sample.as_event(), sample.topic, sample.key);
        t.expect(t.await(*call) == verdict::acknowledged,
                 "expected an acknowledgment of " + sample.what + ", came " + describe(*call));
    }
    t.settle();
    check_history(t);
    if (log->holds_past()) {
        const auto events = reader.events();
        expect_past(t, *other, events.front().id, {events.begin() + 1, events.end()});
    }
}

void empty_done(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    for (int i = 0; i != 5; ++i) {
        auto draft = pubsub::event_draft::make({.data = "nobody waits " + std::to_string(i)}, "contract");
        static_cast<void>(log->append(std::move(*draft), {}, nullptr));
    }
    t.expect(reader.wait_for_data("nobody waits 4", t.patience()),
             "expected an event whose append has an empty `done`, none came in time");
    t.append_acknowledged(*log);
}

// The log must not hold a lock while it calls `done`.
void append_inside_done(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    auto outer = pubsub::event_draft::make({.data = "outer"}, "contract");
    const auto append_inner = [raw = log.get()](const result<pubsub::log_id>&) {
        auto inner = pubsub::event_draft::make({.data = "inner"}, "contract");
        static_cast<void>(raw->append(std::move(*inner), {}, nullptr));
    };
    if (const auto returned = log->append(std::move(*outer), {}, append_inner); !returned || !returned->empty()) {
        append_inner(returned); // this log does not call `done`
    }
    t.expect(reader.wait_for_data("inner", t.patience()),
             "expected an event that `done` of another append has appended, none came in time");
}

void slow_log(trial& t)
{
    t.tail(t.open());
    t.tail(t.open());
    t.faults().slow();
    publishers some(t, 2, 20);
    some.join();
    t.settle();
    t.faults().fast();
    publishers more(t, 2, 20);
    more.join();
    t.settle();
    check_history(t);
}

} // namespace

std::vector<case_entry> append_cases()
{
    return {{"an acknowledged event arrives once, with the id of its append", {}, acknowledged_events_arrive},
            {"all readers receive the events in one order", {}, one_order},
            {"a refused event never arrives", {}, refused_events_never_arrive},
            {"all fields of an event arrive unchanged", {}, fields_survive},
            {"an append may have no done function", {}, empty_done},
            {"done may append another event", {}, append_inside_done},
            {"a slow log loses and doubles no event", {need::slow}, slow_log}};
}

} // namespace rill::testing::contract
