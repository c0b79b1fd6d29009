#include <algorithm>
#include <chrono>
#include <thread>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"
#include "testing/backplane_contract/past_pages.hpp"

namespace rill::testing::contract {

namespace {

using entries = recorder::entries;

// Removal may take some time, but it must happen. Otherwise the case tests nothing.
void await_trimmed(const trial& t, pubsub::backplane& log, std::string_view first)
{
    const auto end = std::chrono::steady_clock::now() + t.patience();
    while (read_page(t, log, first).has_value()) {
        t.expect(std::chrono::steady_clock::now() < end,
                 "expected that trim() removes the second event, and that a read after the first one fails");
        std::this_thread::sleep_for(std::chrono::milliseconds(10)); // no busy loop; the outcome does not depend on it
    }
}

void no_silent_hole(trial& t)
{
    constexpr std::size_t count = 100;
    constexpr std::size_t keep = 30;
    const auto log = t.open();
    const auto other = t.open();
    const auto& reader = t.tail(log);
    t.append_many(*log, count);
    t.await_event(reader, *t.appends().back());
    t.faults().trim(keep);
    await_trimmed(t, *log, t.appends().front()->id());
    const auto trimmed = reader.events();
    for (std::size_t i = 0; i != count; ++i) {
        expect_past(t, i % 2 == 0 ? *log : *other, trimmed[i].id, events_after(trimmed, i), {.max_events = 20},
                    i < count - keep);
    }
    expect_past(t, *log, "", trimmed, {}, true);
    t.append_many(*other, 10);
    t.settle();
    const auto all = reader.events();
    for (std::size_t i = 0; i != all.size(); ++i) {
        expect_past(t, i % 2 == 0 ? *log : *other, all[i].id, events_after(all, i), {}, i < count - keep);
    }
    check_history(t);
}

void nothing_left(trial& t)
{
    auto log = t.open();
    const auto& reader = t.tail(log);
    t.append_many(*log, 20);
    t.await_event(reader, *t.appends().back());
    t.faults().trim(0);
    const auto removed = reader.events();
    await_trimmed(t, *log, removed.front().id);
    for (std::size_t i = 0; i + 1 != removed.size(); ++i) {
        expect_unknown(t, *log, removed[i].id, "a removed event");
    }
    expect_past(t, *log, removed.back().id, {}, {}, true);
    const auto later = t.open();
    t.append_many(*later, 5);
    t.settle();
    check_history(t); // ids are not used again
    const auto all = reader.events();
    expect_past(t, *later, removed.back().id, events_after(all, removed.size() - 1), {}, true);
    expect_unknown(t, *later, removed.front().id, "a removed event");
    expect_past(t, *later, all[removed.size()].id, events_after(all, removed.size()));
}

// The last connection has no reader and has appended nothing. It knows the assigned ids only from the log.
void ids_after_reopening(trial& t)
{
    auto log = t.open();
    const auto old = t.append_many(*log, 10);
    t.faults().trim(0);
    t.close(log);
    log = t.open();
    const auto& reader = t.tail(log);
    const auto added = t.append_many(*log, 10);
    t.await_event(reader, *added.back());
    for (const auto& call : added) {
        for (const auto& before : old) {
            t.expect(call->id() != before->id(), "expected an id that no removed event has, came " + describe(*call));
        }
        t.expect(!log->ids_are_numbers() || std::stoull(call->id()) > std::stoull(old.back()->id()),
                 "expected a number after " + old.back()->id() + ", came " + describe(*call));
    }
    if (log->holds_past()) {
        expect_unknown(t, *log, old.front()->id(), "a removed event");
    }
}

} // namespace

std::vector<case_entry> trim_cases()
{
    return {
        {"a log that has removed events returns all later events or fails", {need::past, need::trim}, no_silent_hole},
        {"a log that has removed all events assigns new ids", {need::past, need::trim}, nothing_left},
        {"a log that is opened after its removal of all events assigns new ids", {need::trim}, ids_after_reopening}};
}

} // namespace rill::testing::contract
