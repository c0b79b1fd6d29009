#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/past_pages.hpp"
#include "testing/backplane_contract/publishers.hpp"

namespace rill::testing::contract {

namespace {

using entries = recorder::entries;

/// Appends events, and returns them as a reader has received them.
entries filled(trial& t, const log_pointer& log, std::size_t count)
{
    const auto& reader = t.tail(log);
    for (std::size_t i = 0; i != count; ++i) {
        const auto data = t.next_data() + std::string(t.random(2000), '.');
        t.append(*log, {.data = data}, "topics/" + std::to_string(i % 5));
    }
    t.await_all();
    for (const auto& call : t.appends()) {
        t.await_event(reader, *call);
    }
    t.stop(reader);
    return reader.events();
}

void from_every_id(trial& t)
{
    const auto log = t.open();
    const auto all = filled(t, log, 80);
    const auto other = t.open();
    for (std::size_t i = 0; i != all.size(); ++i) {
        expect_past(t, i % 2 == 0 ? *log : *other, all[i].id, events_after(all, i));
    }
}

void limit_in_events(trial& t)
{
    const auto log = t.open();
    const auto all = filled(t, log, 40);
    for (const std::size_t limit : {1U, 2U, 3U, 7U, 38U, 39U, 40U, 1000U}) {
        const auto from = t.random(5);
        expect_past(t, *log, all[from].id, events_after(all, from), {.max_events = limit});
    }
}

void limit_in_bytes(trial& t)
{
    const auto log = t.open();
    const auto all = filled(t, log, 40);
    for (const std::size_t limit : {0U, 1U, 500U, 2000U, 2500U, 5000U, 20'000U}) {
        expect_past(t, *log, all[0].id, events_after(all, 0), {.max_bytes = limit});
    }
}

void topic_filter(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    const std::vector<std::string> topics{"news",    "news/sport",     "news/sport/golf", "news/a%b_c", "rooms/1",
                                          "rooms/2", "rooms/1/typing", "Rooms/1",         "news.sport", ""};
    for (int i = 0; i != 100; ++i) {
        t.append_acknowledged(*log, topics[t.random(topics.size())]);
    }
    t.append_acknowledged(*log, "rooms/1");
    t.await_event(reader, *t.appends().back());
    const auto all = reader.events();
    const std::vector<std::vector<std::string>> filters{
        {"news"}, {"rooms/1"},     {"rooms/*"},         {"news/**"},      {"**"},         {"news/*/golf"},
        {"*"},    {"nobody/here"}, {"news", "rooms/2"}, {"rooms/*", "*"}, {"news/a%b_c"}, {"news/a_b%c"}};
    for (const auto& filter : filters) {
        entries expected;
        const auto from = t.random(10);
        for (const auto& event : events_after(all, from)) {
            if (std::ranges::any_of(filter, [&event](const std::string& text) {
                    return pubsub::topic_pattern::parse(text)->matches(event.topic);
                }))
            {
                expected.push_back(event);
            }
        }
        expect_past(t, *log, all[from].id, expected, {.topics = filter});
        expect_past(t, *log, all[from].id, expected, {.max_events = 3, .topics = filter});
    }
}

// A page may be empty because the log has found no event of the topic yet. Its end must still be later.
void long_stretch(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    const auto first = t.append_acknowledged(*log, "rare");
    for (int i = 0; i != 1500; ++i) {
        const auto data = t.next_data();
        t.append(*log, {.data = data}, "frequent");
        if (i % 100 == 0) {
            t.await_all();
        }
    }
    t.await_all();
    const auto last = t.append_acknowledged(*log, "rare");
    t.await_event(reader, *last);
    const auto expected = entries{reader.events().back()};
    expect_past(t, *log, first->id(), expected, {.topics = {"rare"}});
    expect_past(t, *log, first->id(), expected, {.max_events = 1, .max_bytes = 1, .topics = {"rare", "ra/*"}});
    expect_past(t, *log, last->id(), {}, {.topics = {"rare"}});
}

void continues_at_end(trial& t)
{
    const auto log = t.open();
    const auto first = t.append_acknowledged(*log);
    for (const auto& topics : std::vector<std::vector<std::string>>{{}, {"contract"}, {"other"}}) {
        for (int round = 0; round != 5; ++round) {
            const past_options options{.max_events = 2, .topics = topics};
            const auto before = read_past(t, *log, first->id(), options);
            t.expect(!before.failure, "expected a page, came " + before.failure.message());
            const auto next = t.append_many(*log, 3);
            const auto after = read_past(t, *log, before.end.id, options);
            t.expect(!after.failure, "a read after the end of a page, id " + quoted(before.end.id) +
                                         ": expected the events that followed, came " + after.failure.message());
            const auto wanted = topics == std::vector<std::string>{"other"} && log->ids_are_numbers() ? 0U : 3U;
            const auto count = after.events.size();
            t.expect(count == wanted || (!log->ids_are_numbers() && topics.size() == 1 && count == 0),
                     "a read after the end of a page, id " + quoted(before.end.id) + ": expected " +
                         std::to_string(wanted) + " events, came " + std::to_string(count));
            for (std::size_t i = 0; i != count; ++i) {
                t.expect(after.events[i].id == next[i]->id(), "a read after the end of a page: expected " +
                                                                  describe(*next[i]) + ", came " +
                                                                  describe(after.events[i]));
            }
        }
    }
}

void reads_at_one_time(trial& t)
{
    const auto log = t.open();
    const auto all = filled(t, log, 100);
    publishers more(t, 1, SIZE_MAX);
    std::vector<std::pair<std::size_t, std::shared_ptr<page_call>>> calls;
    for (int i = 0; i != 60; ++i) {
        const auto from = t.random(all.size() - 20);
        calls.emplace_back(from, page_call::start(*log, {.after = all[from].id, .topics = {}, .max_events = 20}));
    }
    for (const auto& [from, call] : calls) {
        const auto page = call->take(t);
        call->check(t);
        t.expect(page.has_value(), "one of many reads at the same time: expected a page, came " +
                                       (page ? std::string() : page.error().message()));
        t.expect(page->events.size() <= 20, "expected at most 20 events, came " + std::to_string(page->events.size()));
        for (std::size_t i = 0; i != page->events.size(); ++i) {
            t.expect(page->events[i].id == all[from + 1 + i].id, "one of many reads at the same time: expected " +
                                                                     describe(all[from + 1 + i]) + ", came the id " +
                                                                     quoted(page->events[i].id));
        }
    }
    more.join();
}

// The log must not hold a lock while it calls `done`.
void read_inside_done(trial& t)
{
    const auto log = t.open();
    const auto first = t.append_acknowledged(*log);
    const auto second = t.append_acknowledged(*log);
    std::shared_ptr<page_call> inner;
    std::atomic<bool> called{false};
    log->read_after({.after = first->id()}, [&, raw = log.get()](const result<pubsub::backplane::page>&) {
        inner = page_call::start(*raw, {.after = second->id()});
        called = true;
    });
    const auto end = std::chrono::steady_clock::now() + t.patience();
    while (!called && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::microseconds(100)); // no busy loop
    }
    t.expect(called, "expected an answer of read_after(), none came in time");
    const auto page = inner->take(t);
    t.expect(page.has_value() && page->events.empty(),
             "a read that `done` of another read has started: expected an empty page");
}

} // namespace

std::vector<case_entry> page_cases()
{
    return {{"a read after each id returns exactly the events that follow", {need::past}, from_every_id},
            {"a page keeps its limit in events", {need::past}, limit_in_events},
            {"a page keeps its limit in bytes", {need::past}, limit_in_bytes},
            {"a read returns the events of its topics", {need::past}, topic_filter},
            {"a read makes progress where no event has its topic", {need::past}, long_stretch},
            {"a read continues at the end of the last page", {need::past}, continues_at_end},
            {"many reads at the same time are independent", {need::past}, reads_at_one_time},
            {"done of a read may start another read", {need::past}, read_inside_done}};
}

} // namespace rill::testing::contract
