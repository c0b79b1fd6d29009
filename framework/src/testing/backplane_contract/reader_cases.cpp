#include <algorithm>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"
#include "testing/backplane_contract/publishers.hpp"

namespace rill::testing::contract {

namespace {

void later_reader(trial& t)
{
    const auto log = t.open();
    t.tail(log);
    t.append_many(*log, 20);
    t.settle();
    const auto later = t.open();
    for (const std::size_t max_past : {0U, 5U, 1000U}) {
        for (const auto& connection : {log, later}) {
            const auto held = t.readers().front()->events().size();
            const auto& reader = t.tail(connection, max_past);
            t.append_acknowledged(*log);
            t.settle();
            const auto came = reader.events().size();
            const auto all = t.readers().front()->events().size();
            const auto past = came - std::min(came, all - held);
            t.expect(past <= max_past, "expected at most " + std::to_string(max_past) +
                                           " past events at a new reader, came " + std::to_string(past));
        }
    }
    check_history(t);
}

void reader_joins_publishers(trial& t)
{
    const auto log = t.open();
    t.tail(log);
    t.open();
    publishers all(t, 2, SIZE_MAX);
    for (int i = 0; i != 10; ++i) {
        t.tail(t.logs()[static_cast<std::size_t>(i) % 2], t.random(2) * 10);
        t.expect(all.await_appended(all.appended() + 10 + t.random(50)), "expected appends to continue, none came");
    }
    all.join();
    t.settle();
    check_history(t);
}

void nothing_after_stop(trial& t)
{
    const auto log = t.open();
    const auto other = t.open();
    t.tail(log);
    publishers all(t, 2, SIZE_MAX);
    for (int round = 0; round != 20; ++round) {
        const auto& reader = t.tail(round % 2 == 0 ? log : other);
        t.expect(all.await_appended(all.appended() + 5 + t.random(20)), "expected appends to continue, none came");
        t.stop(reader);
    }
    const auto& immediate = t.start_tail(other);
    t.stop(immediate); // possibly before on_begin()
    all.join();
    t.settle();
    check_history(t);
}

void stop_of_one_reader(trial& t)
{
    const auto log = t.open();
    const auto& first = t.tail(log);
    const auto& second = t.tail(log);
    t.append_many(*log, 5);
    t.settle();
    t.stop(second);
    t.append_many(*log, 5);
    t.settle();
    t.expect(second.events().size() < first.events().size(), "expected no event after stop()");
    check_history(t);
}

void every_call_in_turn(trial& t)
{
    const auto log = t.open();
    t.tail(log);
    t.tail(log);
    t.open();
    t.open();
    publishers all(t, 6, 150);
    all.join();
    t.settle();
    check_history(t);
}

} // namespace

std::vector<case_entry> reader_cases()
{
    return {{"a later reader begins with at most its maximum of past events", {}, later_reader},
            {"a reader that begins between appends misses no later event", {}, reader_joins_publishers},
            {"after stop the log never calls the reader", {}, nothing_after_stop},
            {"stop of one reader does not affect another", {}, stop_of_one_reader},
            {"the log calls a reader from one thread at a time", {}, every_call_in_turn}};
}

} // namespace rill::testing::contract
